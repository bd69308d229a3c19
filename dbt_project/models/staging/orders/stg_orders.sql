{{ accepted_rows('orders', ref('typed_orders')) }}

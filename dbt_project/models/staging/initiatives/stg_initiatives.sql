{{ accepted_rows('initiatives', ref('typed_initiatives')) }}

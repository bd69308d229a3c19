{{ accepted_rows('social_posts', ref('typed_social_posts')) }}

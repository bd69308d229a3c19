{{ accepted_rows('articles', ref('typed_articles')) }}

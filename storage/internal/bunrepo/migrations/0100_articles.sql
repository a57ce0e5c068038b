-- Categories of articles.
CREATE TABLE {ns}article_categories (
  id {id},
  cat_key TEXT NOT NULL,
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  icon TEXT NOT NULL,
  shown BOOLEAN NOT NULL,
  shown_from BIGINT,
  shown_until BIGINT,
  sort BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE {ns}articles (
  id {id},
  category_id BIGINT NOT NULL,
  author TEXT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  content TEXT NOT NULL,
  picture TEXT NOT NULL,
  keywords TEXT NOT NULL,
  tags TEXT NOT NULL,
  recommended BOOLEAN NOT NULL,
  shown BOOLEAN NOT NULL,
  shown_from BIGINT,
  shown_until BIGINT,
  sort BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- Articles: the public list in its order.
CREATE INDEX {ix}articles_list ON {ns}articles (sort, id DESC);
-- Articles: the public list of a category in its order; DeleteCategory.
CREATE INDEX {ix}articles_category ON {ns}articles (category_id, sort, id DESC);

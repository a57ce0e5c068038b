package cms

import (
	"context"
	"errors"
	"time"

	"github.com/gomall-dev/mall"
)

// Category is a group of articles.
type Category struct {
	ID   mall.ID
	Key  string // free word by which clients know it, may be empty
	Type string // free label, may be empty
	Name string
	Icon string // URL, may be empty
	Visibility
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Article (文章) is a text with a title, in one category or in none.
type Article struct {
	ID          mall.ID
	Category    mall.ID // zero: none
	Author      string
	Title       string
	Summary     string // plain text
	Content     string // HTML
	Picture     string // URL, may be empty
	Keywords    string // comma list
	Tags        string // comma list
	Recommended bool
	Visibility
	CreatedAt time.Time
	UpdatedAt time.Time
}

// ArticleOrder is how a list of articles is sorted.
type ArticleOrder string

// The orders of articles; each ends with the newest first.
const (
	BySort   ArticleOrder = ""
	ByNewest ArticleOrder = "newest"
	ByOldest ArticleOrder = "oldest"
)

// Span is from a moment on and before another; a zero one is no bound.
type Span struct{ From, Until time.Time }

// ArticleFilter narrows lists of articles; zero fields do not.
type ArticleFilter struct {
	ID          mall.ID
	Category    mall.ID
	Title       string // part of the title
	Keyword     string // part of the keywords
	Tag         string // part of the tags
	Recommended *bool
	Added       Span      // when it was written
	Changed     Span      // when it was saved last
	Visible     time.Time // only what the public sees at this moment
	Order       ArticleOrder
}

// SaveCategory stores a new category (ID zero, which is then set) or overwrites
// an old one. It needs RightContent.
func (s *Service) SaveCategory(ctx context.Context, who mall.Actor, c *Category) error {
	if err := who.Must(RightContent); err != nil {
		return err
	}
	if c.Name == "" {
		return mall.ErrInvalid.With("name")
	}
	if err := fits(limited{"key", c.Key, maxLabel}, limited{"type", c.Type, maxLabel}, limited{"name", c.Name, maxTitle}, limited{"icon", c.Icon, maxLink}); err != nil {
		return err
	}
	if err := c.Visibility.clean(); err != nil {
		return err
	}
	row := *c
	row.UpdatedAt = s.now()
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if c.ID == 0 {
			row.ID, row.CreatedAt = 0, row.UpdatedAt
			return s.d.Articles.InsertCategory(ctx, &row)
		}
		old, err := s.d.Articles.Category(ctx, c.ID)
		if err != nil {
			return err
		}
		row.CreatedAt = old.CreatedAt
		return found(s.d.Articles.UpdateCategory(ctx, &row))
	})
	if err != nil {
		return wrap("save category", err)
	}
	*c = row
	return nil
}

// DeleteCategory removes a category; its articles stay, in none. It needs
// RightContent.
func (s *Service) DeleteCategory(ctx context.Context, who mall.Actor, id mall.ID) error {
	if err := who.Must(RightContent); err != nil {
		return err
	}
	return wrap("delete category", s.d.Tx.Do(ctx, func(ctx context.Context) error {
		return found(s.d.Articles.DeleteCategory(ctx, id))
	}))
}

// GetCategory is one category as the actor may see it; see GetNotice.
func (s *Service) GetCategory(ctx context.Context, who mall.Actor, id mall.ID) (*Category, error) {
	c, err := s.d.Articles.Category(ctx, id)
	if err != nil {
		return nil, wrap("category", err)
	}
	if !who.Has(RightContent) && !c.At(s.now()) {
		return nil, ErrGone
	}
	return c, nil
}

// Categories lists the visible categories of articles, at most mall.MaxLimit,
// by Sort, newest first among equals.
func (s *Service) Categories(ctx context.Context) ([]Category, error) {
	list, err := s.d.Articles.Categories(ctx, s.now(), mall.Page{Limit: mall.MaxLimit})
	return list, wrap("categories", err)
}

// SaveArticle stores a new article (ID zero, which is then set) or overwrites
// an old one; its category must exist. It needs RightContent.
func (s *Service) SaveArticle(ctx context.Context, who mall.Actor, a *Article) error {
	if err := who.Must(RightContent); err != nil {
		return err
	}
	if a.Title == "" {
		return mall.ErrInvalid.With("title")
	}
	if err := fits(limited{"author", a.Author, maxLabel}, limited{"title", a.Title, maxTitle}, limited{"summary", a.Summary, maxLink},
		limited{"content", a.Content, maxContent}, limited{"picture", a.Picture, maxLink}, limited{"keywords", a.Keywords, maxLink},
		limited{"tags", a.Tags, maxLink}); err != nil {
		return err
	}
	if err := a.Visibility.clean(); err != nil {
		return err
	}
	row := *a
	row.Content, row.UpdatedAt = s.clean(a.Content), s.now()
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if a.Category != 0 {
			if _, err := s.d.Articles.Category(ctx, a.Category); errors.Is(err, mall.ErrNotFound) {
				return mall.ErrInvalid.With("category")
			} else if err != nil {
				return err
			}
		}
		if a.ID == 0 {
			row.ID, row.CreatedAt = 0, row.UpdatedAt
			return s.d.Articles.InsertArticle(ctx, &row)
		}
		old, err := s.d.Articles.Article(ctx, a.ID)
		if err != nil {
			return err
		}
		row.CreatedAt = old.CreatedAt
		return found(s.d.Articles.UpdateArticle(ctx, &row))
	})
	if err != nil {
		return wrap("save article", err)
	}
	*a = row
	return nil
}

// DeleteArticle removes an article. It needs RightContent.
func (s *Service) DeleteArticle(ctx context.Context, who mall.Actor, id mall.ID) error {
	if err := who.Must(RightContent); err != nil {
		return err
	}
	return wrap("delete article", s.d.Tx.Do(ctx, func(ctx context.Context) error {
		return found(s.d.Articles.DeleteArticle(ctx, id))
	}))
}

// GetArticle is one article as the actor may see it: staff see every one,
// others the visible ones; else ErrGone.
func (s *Service) GetArticle(ctx context.Context, who mall.Actor, id mall.ID) (*Article, error) {
	a, err := s.d.Articles.Article(ctx, id)
	if err != nil {
		return nil, wrap("article", err)
	}
	if !who.Has(RightContent) && !a.At(s.now()) {
		return nil, ErrGone
	}
	return a, nil
}

// Articles lists what the public sees, without the contents.
func (s *Service) Articles(ctx context.Context, f ArticleFilter, p mall.Page) (mall.Slice[Article], error) {
	f.Visible = s.now()
	list, err := s.d.Articles.Articles(ctx, f, p.Clean())
	return list, wrap("articles", err)
}

// ListArticles lists articles for staff, visible or not, without the contents.
// It needs RightContent.
func (s *Service) ListArticles(ctx context.Context, who mall.Actor, f ArticleFilter, p mall.Page) (mall.Slice[Article], error) {
	if err := who.Must(RightContent); err != nil {
		return mall.Slice[Article]{}, err
	}
	list, err := s.d.Articles.Articles(ctx, f, p.Clean())
	return list, wrap("articles", err)
}

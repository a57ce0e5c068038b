package site

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Document is a piece of JSON that a client keeps in the shop (JSON 数据).
type Document struct {
	ID        mall.ID
	Owner     mall.ID // who added it; zero: nobody who was signed in
	Type      string  // free label, at most 64 characters
	Ref       string  // what it is about in the client's eyes, at most 64 characters
	Content   string  // valid JSON, at most 64 KiB and 32 levels deep
	Top       bool    // stands before the others in its owner's lists
	Highlight bool
	CreatedAt time.Time
	UpdatedAt time.Time // of Content, Type or Ref; marks do not count
}

// DocumentSort is an order of documents; unknown ones are ByAdded.
type DocumentSort string

const (
	// ByAdded has the newest first.
	ByAdded DocumentSort = "addDateDesc"
	// ByAddedUp has the oldest first.
	ByAddedUp DocumentSort = "addDateAsc"
	// ByUpdated has those changed last first.
	ByUpdated DocumentSort = "updateDateDesc"
	// ByUpdatedUp has those changed last at the end.
	ByUpdatedUp DocumentSort = "updateDateAsc"
)

// DocumentFilter narrows a list of documents; zero fields do not.
type DocumentFilter struct {
	Owner mall.ID // set by the service: an account's own, zero: the anonymous ones
	ID    mall.ID
	Type  string
	Ref   string
	Sort  DocumentSort
	// NoTotal leaves Total at zero, which spares a statement.
	NoTotal bool
}

// Marks are what an owner sets on a document; nil leaves a mark as it is.
type Marks struct{ Top, Highlight *bool }

// DocumentRepository keeps documents. Writes need a running mall.Tx.Do.
type DocumentRepository interface {
	// Insert stores a new document, sets its ID and counts it, unless its owner
	// has most of them; it says whether it did.
	Insert(ctx context.Context, d *Document, most int64) (bool, error)
	// Update stores Content and UpdatedAt, and Type and Ref unless they are
	// empty, of the owner's document; false when the owner has no such one.
	Update(ctx context.Context, d Document) (bool, error)
	// Mark sets marks of the owner's document; false when the owner has no such one.
	Mark(ctx context.Context, owner, id mall.ID, m Marks) (bool, error)
	// Delete removes a document and its count; false when there is none, or
	// when owner is not nil and has no such one.
	Delete(ctx context.Context, id mall.ID, owner *mall.ID) (bool, error)
	// List is a page of documents of f.Owner, an account's top ones first.
	List(ctx context.Context, f DocumentFilter, p mall.Page) ([]Document, error)
	// Each gives up to limit documents of an account with ids over after, lowest first.
	Each(ctx context.Context, owner, after mall.ID, limit int64) ([]Document, error)
	// Total is the number of documents of f.Owner, counted up to atMost.
	Total(ctx context.Context, f DocumentFilter, atMost int64) (int64, error)
	// Erase removes all documents of an account and their count.
	Erase(ctx context.Context, owner mall.ID) error
}

var (
	// ErrNoDocument says that there is no such document, or none of the actor's.
	ErrNoDocument = mall.E(mall.NotFound, "site.no_document", "no such document")
	// ErrContent says that a document is no JSON, too large or too deep.
	ErrContent = mall.E(mall.Invalid, "site.content", "content must be valid JSON within its limits")
	// ErrDocuments says that there is no room for more documents.
	ErrDocuments = mall.E(mall.Limit, "site.documents", "too many documents")
)

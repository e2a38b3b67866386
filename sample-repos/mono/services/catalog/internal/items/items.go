// Package items is the resource that this service keeps.
package items

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"service/platform"
)

// New is what a client says of an item. (PostgreSQL's text has no NUL.)
type New struct {
	Name     string       `json:"name" minLength:"1" maxLength:"200" pattern:"^[^\\x00]*$"`
	Quantity platform.Int `json:"quantity" minimum:"0" maximum:"1000000"`
}

// Item is what the service answers.
type Item struct {
	ID string `json:"id" format:"uuid"`
	New
	CreatedAt time.Time `json:"created_at"`
}

// Page is a part of the list. The next one comes after Next, if there is one.
type Page struct {
	Items []Item  `json:"items" nullable:"false"`
	Next  *string `json:"next" format:"uuid"`
}

type (
	// ByID is an item in a path.
	ByID struct {
		ID string `path:"id" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"`
	}
	body[T any] struct{ Body T }
	created     struct {
		Location string `header:"Location"`
		Body     Item
	}
)

const columns = "id, name, quantity, created_at" // never *: the next version's migration adds one while this one runs

// Store keeps items in PostgreSQL.
type Store struct{ Pool *pgxpool.Pool }

// Register adds the endpoints.
func (s Store) Register(api huma.API) {
	huma.Get(api, "/items", s.list, platform.Errors())
	huma.Post(api, "/items", s.create, platform.Errors(413, 415), func(o *huma.Operation) { o.DefaultStatus = http.StatusCreated })
	huma.Get(api, "/items/{id}", func(ctx context.Context, in *ByID) (*body[Item], error) {
		return s.one(ctx, `SELECT `+columns+` FROM items WHERE id = $1`, in.ID)
	}, platform.Errors(404))
	huma.Put(api, "/items/{id}", func(ctx context.Context, in *struct {
		ByID
		Body New
	}) (*body[Item], error) {
		return s.one(ctx, `UPDATE items SET name = $2, quantity = $3 WHERE id = $1 RETURNING `+columns, in.ID, in.Body.Name, in.Body.Quantity)
	}, platform.Errors(404, 413, 415))
	huma.Delete(api, "/items/{id}", func(ctx context.Context, in *ByID) (*struct{}, error) {
		_, err := s.one(ctx, `DELETE FROM items WHERE id = $1 RETURNING `+columns, in.ID)
		return nil, err
	}, platform.Errors(404))
}

func (s Store) list(ctx context.Context, in *struct {
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
	After string `query:"after" pattern:"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$"`
}) (*body[Page], error) {
	items, err := s.query(ctx, `SELECT `+columns+` FROM items WHERE id > $1 ORDER BY id LIMIT $2`, cmp.Or(in.After, uuid.Nil.String()), in.Limit+1)
	page := Page{Items: items}
	if len(items) > in.Limit {
		page.Items, page.Next = items[:in.Limit], &items[in.Limit-1].ID
	}
	return &body[Page]{page}, err
}

func (s Store) create(ctx context.Context, in *body[New]) (*created, error) {
	id, err := uuid.NewV7() // in the order of creation, which the list is in
	if err != nil {
		return nil, err
	}
	item, err := s.one(ctx, `INSERT INTO items (id, name, quantity) VALUES ($1, $2, $3) RETURNING `+columns, id, in.Body.Name, in.Body.Quantity)
	if err != nil {
		return nil, err
	}
	return &created{"/items/" + item.Body.ID, item.Body}, nil
}

func (s Store) query(ctx context.Context, sql string, args ...any) ([]Item, error) {
	rows, _ := s.Pool.Query(ctx, sql, args...) // its error is CollectRows' too
	items, err := pgx.CollectRows(rows, pgx.RowToStructByName[Item])
	if platform.Away(err) {
		slog.ErrorContext(ctx, "database", "error", err)
		return nil, huma.Error503ServiceUnavailable("the database is away")
	}
	return items, err
}

// one gives the one item that a statement returns, or a 404.
func (s Store) one(ctx context.Context, sql string, args ...any) (*body[Item], error) {
	items, err := s.query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, huma.Error404NotFound("no such item")
	}
	return &body[Item]{items[0]}, nil
}

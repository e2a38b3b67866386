-- +goose Up
CREATE TABLE items (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    quantity integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE items;

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/lib/pq"
	"github.com/pgvector/pgvector-go"
	pgxvec "github.com/pgvector/pgvector-go/pgx"
)

// pqProgram uses database/sql over lib/pq: arrays, prepared statements, COPY, listener, context cancellation.
func pqProgram(url string) error {
	db, err := sql.Open("postgres", url+"?sslmode=disable")
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Exec("DROP TABLE IF EXISTS pq_items; CREATE TABLE pq_items (id serial PRIMARY KEY, name text UNIQUE, tags text[], at timestamptz, raw bytea)"); err != nil {
		return err
	}
	var id int
	now := time.Now().Truncate(time.Microsecond)
	err = db.QueryRow("INSERT INTO pq_items (name, tags, at, raw) VALUES ($1, $2, $3, $4) RETURNING id", "a", pq.Array([]string{"x", `y"z`}), now, []byte{0, 255}).Scan(&id)
	if err != nil {
		return err
	}
	stmt, err := db.Prepare("SELECT name, tags, at, raw FROM pq_items WHERE id = ANY($1)")
	if err != nil {
		return err
	}
	var name string
	var tags []string
	var at time.Time
	var raw []byte
	if err := stmt.QueryRow(pq.Array([]int{id, 99})).Scan(&name, pq.Array(&tags), &at, &raw); err != nil {
		return err
	}
	_, dup := db.Exec("INSERT INTO pq_items (name) VALUES ('a')")
	var pqErr *pq.Error
	tx, err := db.BeginTx(context.Background(), &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return err
	}
	in, err := tx.Prepare(pq.CopyIn("pq_items", "name", "at"))
	if err != nil {
		return err
	}
	for i := range 50 {
		if _, err := in.Exec(fmt.Sprint("c", i), now); err != nil {
			return err
		}
	}
	if _, err := in.Exec(); err != nil {
		return err
	}
	if err := first(in.Close(), tx.Commit()); err != nil {
		return err
	}
	ln := pq.NewListener(url+"?sslmode=disable", time.Second, time.Minute, nil)
	defer ln.Close()
	if err := ln.Listen("pq"); err != nil {
		return err
	}
	if _, err := db.Exec("NOTIFY pq, 'hello'"); err != nil {
		return err
	}
	note := <-ln.Notify
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, slow := db.ExecContext(ctx, "SELECT pg_sleep(30)")
	var n int
	err = db.QueryRow("SELECT count(*) FROM pq_items").Scan(&n)
	_, derr := db.Exec("DROP TABLE pq_items")
	return first(err, derr,
		check(name == "a" && len(tags) == 2 && tags[1] == `y"z` && at.Equal(now) && len(raw) == 2, "row: %v %v %v %v", name, tags, at, raw),
		check(errors.As(dup, &pqErr) && pqErr.Code == "23505" && pqErr.Constraint == "pq_items_name_key", "duplicate: %v", dup),
		check(note.Extra == "hello", "heard %q", note.Extra), check(slow != nil, "not cancelled"), check(n == 51, "%d rows", n))
}

// poolProgram uses pgxpool from many goroutines, with batches and COPY.
func poolProgram(url string) error {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, url+"?pool_max_conns=4")
	if err != nil {
		return err
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, "DROP TABLE IF EXISTS pool_counter; CREATE TABLE pool_counter (id int PRIMARY KEY, n int NOT NULL); INSERT INTO pool_counter VALUES (1, 0)"); err != nil {
		return err
	}
	var wg sync.WaitGroup
	errs := make(chan error, 20)
	for range 20 {
		wg.Go(func() {
			errs <- pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
				var n int
				if err := tx.QueryRow(ctx, "SELECT n FROM pool_counter WHERE id = 1 FOR UPDATE").Scan(&n); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, "UPDATE pool_counter SET n = $1 WHERE id = 1", n+1)
				return err
			})
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	var b pgx.Batch
	for i := range 10 {
		b.Queue("INSERT INTO pool_counter VALUES ($1, $2)", i+2, i)
	}
	if err := pool.SendBatch(ctx, &b).Close(); err != nil {
		return err
	}
	copied, err := pool.CopyFrom(ctx, pgx.Identifier{"pool_counter"}, []string{"id", "n"}, pgx.CopyFromRows([][]any{{100, 1}, {101, 2}}))
	if err != nil {
		return err
	}
	var n, all int
	err = pool.QueryRow(ctx, "SELECT n, (SELECT count(*) FROM pool_counter) FROM pool_counter WHERE id = 1").Scan(&n, &all)
	_, derr := pool.Exec(ctx, "DROP TABLE pool_counter")
	return first(err, derr, check(copied == 2 && n == 20 && all == 13, "copied %d, n %d, rows %d", copied, n, all), pool.Ping(ctx))
}

// vectorProgram registers pgvector's types with pgx, which then sends them in binary.
func vectorProgram(url string) error {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS vector; DROP TABLE IF EXISTS vec_items; CREATE TABLE vec_items (id bigserial PRIMARY KEY, e vector(3), h halfvec(3))"); err != nil {
		return err
	}
	if err := pgxvec.RegisterTypes(ctx, c); err != nil {
		return err
	}
	for _, v := range [][]float32{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}} {
		if _, err := c.Exec(ctx, "INSERT INTO vec_items (e, h) VALUES ($1, $2)", pgvector.NewVector(v), pgvector.NewHalfVector(v)); err != nil {
			return err
		}
	}
	if _, err := c.Exec(ctx, "CREATE INDEX ON vec_items USING hnsw (e vector_l2_ops)"); err != nil {
		return err
	}
	var id int
	var e pgvector.Vector
	var h pgvector.HalfVector
	err = c.QueryRow(ctx, "SELECT id, e, h FROM vec_items ORDER BY e <-> $1 LIMIT 1", pgvector.NewVector([]float32{0, 2, 0.1})).Scan(&id, &e, &h)
	_, derr := c.Exec(ctx, "DROP TABLE vec_items")
	return first(err, derr, check(id == 2 && e.Slice()[1] == 1 && h.Slice()[1] == 1, "nearest: %d %v %v", id, e, h))
}

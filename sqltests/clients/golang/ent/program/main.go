// Command program uses the client that ent makes of ../schema: it migrates twice,
// stores graphs, upserts, locks, searches by vector and walks edges. The test
// generates ../gen before it builds this.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pgvector/pgvector-go"

	"synapse-clients/ent/gen"
	"synapse-clients/ent/gen/migrate"
	"synapse-clients/ent/gen/note"
	"synapse-clients/ent/gen/user"
)

func main() {
	if err := run(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

func run(ctx context.Context, url string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	if _, err := db.Exec("CREATE EXTENSION IF NOT EXISTS vector"); err != nil {
		return err
	}
	client := gen.NewClient(gen.Driver(entsql.OpenDB(dialect.Postgres, db)))
	defer client.Close()
	for _, step := range []func(context.Context, *gen.Client) error{migrateTwice, store, upsertAndLock, walk, search, change} {
		if err := step(ctx, client); err != nil {
			return err
		}
	}
	return nil
}

// migrateTwice makes the tables; then there is nothing left to change, also after
// a look at what the database says it has.
func migrateTwice(ctx context.Context, c *gen.Client) error {
	if err := c.Schema.Create(ctx, migrate.WithDropColumn(true), migrate.WithDropIndex(true), schema.WithGlobalUniqueID(false)); err != nil {
		return err
	}
	var plan strings.Builder
	if err := c.Schema.WriteTo(ctx, &plan, migrate.WithDropColumn(true), migrate.WithDropIndex(true)); err != nil {
		return err
	}
	text := strings.NewReplacer("BEGIN;", "", "COMMIT;", "").Replace(plan.String())
	if strings.TrimSpace(text) != "" {
		return fmt.Errorf("the second migration would change: %s", text)
	}
	// A column that the schema does not know is dropped, an index that is missing is made.
	if _, err := c.ExecContext(ctx, `ALTER TABLE notes ADD COLUMN extra int; DROP INDEX note_body_filled`); err != nil {
		return err
	}
	if err := c.Schema.Create(ctx, migrate.WithDropColumn(true), migrate.WithDropIndex(true)); err != nil {
		return err
	}
	var columns, indexes int
	row, err := c.QueryContext(ctx, `SELECT (SELECT count(*) FROM information_schema.columns WHERE table_name = 'notes' AND column_name = 'extra'),
		(SELECT count(*) FROM pg_indexes WHERE indexname = 'note_body_filled' AND indexdef LIKE '%DESC%WHERE%')`)
	if err != nil {
		return err
	}
	defer row.Close()
	if !row.Next() {
		return errors.New("no row")
	}
	if err := row.Scan(&columns, &indexes); err != nil {
		return err
	}
	if columns != 0 || indexes != 1 {
		return fmt.Errorf("after the migration: %d extra columns, %d indexes", columns, indexes)
	}
	return nil
}

func store(ctx context.Context, c *gen.Client) error {
	ann, err := c.User.Create().SetName("Ann").SetAge(30).SetTags([]string{"a", "b"}).SetRaw([]byte{0, 255}).Save(ctx)
	if err != nil {
		return err
	}
	bob, err := c.User.Create().SetName("Bob").SetRole(user.RoleAgent).AddFriends(ann).Save(ctx)
	if err != nil {
		return err
	}
	notes, err := c.Note.MapCreateBulk([]string{"one", "two", "three"}, func(n *gen.NoteCreate, i int) {
		n.SetBody([]string{"one", "two", "three"}[i]).SetEmbedding(pgvector.NewVector([]float32{float32(i), 1, 0})).SetOwner(ann)
	}).Save(ctx)
	if err != nil || len(notes) != 3 {
		return fmt.Errorf("bulk: %d, %w", len(notes), err)
	}
	if _, err := c.User.Create().SetName("Ann").Save(ctx); !gen.IsConstraintError(err) {
		return fmt.Errorf("a duplicate: %v", err)
	}
	if _, err := c.User.Create().SetName("Cy").SetScore(-1).Save(ctx); !gen.IsConstraintError(err) {
		return fmt.Errorf("a score below zero: %v", err)
	}
	got, err := c.User.Get(ctx, bob.ID)
	if err != nil || got.Role != user.RoleAgent || got.Score != 0.5 || got.Age != nil {
		return fmt.Errorf("read back %v: %w", got, err)
	}
	return nil
}

func upsertAndLock(ctx context.Context, c *gen.Client) error {
	err := c.User.Create().SetName("Ann").SetAge(31).OnConflictColumns(user.FieldName).UpdateAge().Exec(ctx)
	if err != nil {
		return err
	}
	tx, err := c.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return err
	}
	ann, err := tx.User.Query().Where(user.Name("Ann")).ForUpdate(entsql.WithLockAction(entsql.NoWait)).Only(ctx)
	if err != nil {
		return err
	}
	if *ann.Age != 31 || len(ann.Tags) != 2 || len(ann.Raw) != 2 {
		return fmt.Errorf("after the upsert: %v", ann)
	}
	if err := ann.Update().AddAge(1).AppendTags([]string{"c"}).Exec(ctx); err != nil {
		return err
	}
	if err := tx.Rollback(); err != nil {
		return err
	}
	n, err := c.User.Update().Where(user.AgeGT(30)).AddScore(2).ClearRaw().Save(ctx)
	if err != nil || n != 1 {
		return fmt.Errorf("updated %d: %w", n, err)
	}
	return nil
}

func walk(ctx context.Context, c *gen.Client) error {
	bob, err := c.User.Query().Where(user.HasFriendsWith(user.HasNotesWith(note.BodyContains("w")))).
		WithFriends(func(q *gen.UserQuery) { q.WithNotes(func(n *gen.NoteQuery) { n.Order(note.ByBody()) }) }).Only(ctx)
	if err != nil {
		return err
	}
	friends := bob.Edges.Friends
	if len(friends) != 1 || len(friends[0].Edges.Notes) != 3 || friends[0].Edges.Notes[2].Body != "two" {
		return fmt.Errorf("friends: %v", friends)
	}
	var groups []struct {
		Role string
		Sum  float64
		N    int
	}
	err = c.User.Query().GroupBy(user.FieldRole).Aggregate(gen.As(gen.Sum(user.FieldScore), "sum"), gen.As(gen.Count(), "n")).Scan(ctx, &groups)
	if err != nil || len(groups) != 2 {
		return fmt.Errorf("groups: %v: %w", groups, err)
	}
	most, err := c.User.Query().Order(user.ByNotesCount(entsql.OrderDesc())).First(ctx)
	if err != nil || most.Name != "Ann" {
		return fmt.Errorf("most notes: %v: %w", most, err)
	}
	return nil
}

func search(ctx context.Context, c *gen.Client) error {
	near, err := c.Note.Query().Where(note.HasOwnerWith(user.Name("Ann"))).Modify(func(s *entsql.Selector) {
		s.OrderExpr(entsql.ExprP(s.C(note.FieldEmbedding)+" <=> $2", pgvector.NewVector([]float32{2, 1, 0})))
	}).Limit(2).All(ctx)
	if err != nil {
		return err
	}
	if len(near) != 2 || near[0].Body != "three" || near[1].Body != "two" {
		return fmt.Errorf("nearest: %v", near)
	}
	return nil
}

// change deletes what edges hold together.
func change(ctx context.Context, c *gen.Client) error {
	if n, err := c.User.Delete().Where(user.Name("Ann")).Exec(ctx); err != nil || n != 1 {
		return fmt.Errorf("deleted %d: %w", n, err)
	}
	if n, err := c.Note.Query().Count(ctx); err != nil || n != 0 {
		return fmt.Errorf("%d notes outlived their owner: %w", n, err)
	}
	return nil
}

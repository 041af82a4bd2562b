package main

import (
	"context"
	"database/sql"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/driver/pgdriver"
)

type bunUser struct {
	bun.BaseModel `bun:"table:bun_user,alias:u"`
	ID            int64          `bun:",pk,autoincrement"`
	Name          string         `bun:",notnull,unique"`
	Tags          []string       `bun:",array"`
	Meta          map[string]any `bun:"type:jsonb"`
	At            time.Time      `bun:",nullzero,notnull,default:current_timestamp"`
}

// bunProgram uses bun with its own driver, which speaks the protocol by itself.
func bunProgram(url string) error {
	ctx := context.Background()
	db := bun.NewDB(sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(url+"?sslmode=disable"))), pgdialect.New())
	defer db.Close()
	drop := func() error { _, err := db.NewDropTable().Model((*bunUser)(nil)).IfExists().Exec(ctx); return err }
	create := func() error { _, err := db.NewCreateTable().Model((*bunUser)(nil)).IfNotExists().Exec(ctx); return err }
	if err := first(drop(), create()); err != nil {
		return err
	}
	users := []bunUser{{Name: "Ann", Tags: []string{"a", "b"}, Meta: map[string]any{"k": 1.0}}, {Name: "Bob"}}
	if _, err := db.NewInsert().Model(&users).Exec(ctx); err != nil {
		return err
	}
	if _, err := db.NewInsert().Model(&bunUser{Name: "Ann", Tags: []string{"c"}}).On("CONFLICT (name) DO UPDATE").Set("tags = EXCLUDED.tags").Exec(ctx); err != nil {
		return err
	}
	var ann bunUser
	if err := db.NewSelect().Model(&ann).Where("name = ?", "Ann").Where("? = ANY(tags)", "c").Scan(ctx); err != nil {
		return err
	}
	n, err := db.NewSelect().Model((*bunUser)(nil)).Where("id IN (?)", bun.In([]int64{1, 2, 3})).Count(ctx)
	if err != nil {
		return err
	}
	err = db.RunInTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable}, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Model(&ann).Set("name = ?", "Anna").WherePK().Exec(ctx)
		return err
	})
	if err != nil {
		return err
	}
	ln := pgdriver.NewListener(db)
	defer ln.Close()
	if err := ln.Listen(ctx, "bun"); err != nil {
		return err
	}
	channel, payload := ln.Channel(), ""
	for range 50 { // the listener connects in its own time
		if err := pgdriver.Notify(ctx, db, "bun", "hello"); err != nil {
			return err
		}
		select {
		case n := <-channel:
			payload = n.Payload
		case <-time.After(100 * time.Millisecond):
			continue
		}
		break
	}
	return first(
		check(payload == "hello", "heard %q", payload),
		check(users[0].ID == 1 && len(ann.Tags) == 1 && ann.Meta["k"] == 1.0 && !ann.At.IsZero(), "row: %+v", ann),
		check(n == 2, "%d users", n), drop())
}

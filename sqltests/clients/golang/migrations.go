package main

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"

	"github.com/golang-migrate/migrate/v4"
	_ "github.com/golang-migrate/migrate/v4/database/pgx/v5"
	_ "github.com/golang-migrate/migrate/v4/source/file"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// files writes migrations into a new directory.
func files(list map[string]string) (dir string, err error) {
	if dir, err = os.MkdirTemp("", "migrations"); err != nil {
		return "", err
	}
	for name, text := range list {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	return dir, nil
}

func gooseProgram(url string) error {
	dir, err := files(map[string]string{
		"00001_init.sql":  "-- +goose Up\nCREATE TABLE goose_t (id int PRIMARY KEY);\n-- +goose Down\nDROP TABLE goose_t;\n",
		"00002_more.sql":  "-- +goose Up\nALTER TABLE goose_t ADD COLUMN name text NOT NULL DEFAULT 'x';\nCREATE INDEX goose_i ON goose_t (name);\n-- +goose Down\nALTER TABLE goose_t DROP COLUMN name;\n",
		"00003_later.sql": "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY goose_later ON goose_t (id, name);\n-- +goose Down\nDROP INDEX CONCURRENTLY goose_later;\n",
	})
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, os.DirFS(dir))
	if err != nil {
		return err
	}
	ctx := context.Background()
	up, err := provider.Up(ctx)
	if err != nil {
		return err
	}
	again, err := provider.Up(ctx)
	if err != nil {
		return err
	}
	down, err := provider.DownTo(ctx, 0)
	if err != nil {
		return err
	}
	_, err = db.Exec("DROP TABLE goose_db_version")
	return first(err, check(len(up) == 3 && len(again) == 0 && len(down) == 3, "up %d, again %d, down %d", len(up), len(again), len(down)))
}

func migrateProgram(url string) error {
	dir, err := files(map[string]string{
		"1_init.up.sql": "CREATE TABLE gm_t (id int PRIMARY KEY); INSERT INTO gm_t VALUES (1);", "1_init.down.sql": "DROP TABLE gm_t;",
		"2_more.up.sql": "ALTER TABLE gm_t ADD COLUMN name text;", "2_more.down.sql": "ALTER TABLE gm_t DROP COLUMN name;",
	})
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	m, err := migrate.New("file://"+dir, "pgx5"+url[len("postgres"):])
	if err != nil {
		return err
	}
	defer m.Close()
	if err := m.Up(); err != nil {
		return err
	}
	version, dirty, err := m.Version()
	return first(err, check(version == 2 && !dirty, "version %d", version), check(m.Up() == migrate.ErrNoChange, "a second Up has something to do"), m.Steps(-1), m.Down(), m.Drop())
}

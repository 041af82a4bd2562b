package main

import (
	"errors"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
)

type gormAuthor struct {
	ID        uint   `gorm:"primaryKey"`
	Name      string `gorm:"size:60;not null;uniqueIndex"`
	Email     *string
	CreatedAt time.Time
	DeletedAt gorm.DeletedAt `gorm:"index"`
	Books     []gormBook     `gorm:"foreignKey:AuthorID;constraint:OnDelete:CASCADE"`
}

type gormBook struct {
	ID       uint    `gorm:"primaryKey"`
	AuthorID uint    `gorm:"index:gorm_author_title,unique"`
	Title    string  `gorm:"index:gorm_author_title,unique;default:untitled"`
	Price    float64 `gorm:"type:numeric(8,2);check:price >= 0"`
	Meta     string  `gorm:"type:jsonb;default:'{}'"`
}

// gormGrown is the same table with one column more and one wider.
type gormGrown struct {
	ID       uint `gorm:"primaryKey"`
	AuthorID uint
	Title    string
	Price    float64 `gorm:"type:numeric(10,2)"`
	Pages    int     `gorm:"not null;default:7"`
}

func (gormAuthor) TableName() string { return "go_author" }
func (gormBook) TableName() string   { return "go_book" }
func (gormGrown) TableName() string  { return "go_book" }

func gormProgram(url string) error {
	db, err := gorm.Open(postgres.Open(url), &gorm.Config{Logger: logger.Default.LogMode(logger.Silent), TranslateError: true})
	if err != nil {
		return err
	}
	m := db.Migrator()
	if err := first(m.DropTable(&gormBook{}, &gormAuthor{}), db.AutoMigrate(&gormAuthor{}, &gormBook{}), db.AutoMigrate(&gormAuthor{}, &gormBook{})); err != nil {
		return err
	}
	ann := gormAuthor{Name: "Ann", Books: []gormBook{{Title: "one", Price: 1.5}, {Title: "two", Price: 2}}}
	if err := first(db.Create(&ann).Error, db.AutoMigrate(&gormGrown{})); err != nil {
		return err
	}
	var loaded gormAuthor
	if err := db.Preload("Books", func(d *gorm.DB) *gorm.DB { return d.Order("title") }).First(&loaded, "name = ?", "Ann").Error; err != nil {
		return err
	}
	var pages int
	var total float64
	err = first(
		check(len(loaded.Books) == 2 && loaded.Books[1].Title == "two", "books: %+v", loaded.Books),
		check(errors.Is(db.Create(&gormAuthor{Name: "Ann"}).Error, gorm.ErrDuplicatedKey), "a duplicate was stored"),
		db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"email"})}).Create(&gormAuthor{Name: "Ann", Email: new(string)}).Error,
		db.Model(&gormGrown{}).Where("title = ?", "one").Pluck("pages", &pages).Error,
		check(pages == 7, "pages = %d", pages),
		db.Model(&gormBook{}).Select("sum(price)").Where("author_id IN (?)", db.Model(&gormAuthor{}).Select("id").Where("name LIKE ?", "A%")).Scan(&total).Error,
	)
	if err != nil {
		return err
	}
	undo := errors.New("undo")
	err = db.Transaction(func(tx *gorm.DB) error {
		var locked gormBook
		if err := first(
			tx.Clauses(clause.Locking{Strength: "UPDATE"}).First(&locked, "title = ?", "one").Error,
			tx.Model(&locked).Update("price", gorm.Expr("price + ?", 1)).Error,
			check(errors.Is(tx.Transaction(func(sp *gorm.DB) error {
				if err := sp.Where("1 = 1").Delete(&gormBook{}).Error; err != nil {
					return err
				}
				return undo
			}), undo), "the savepoint did not roll back"),
		); err != nil {
			return err
		}
		return tx.SavePoint("sp").RollbackTo("sp").Error
	})
	var n int64
	types, terr := m.ColumnTypes(&gormBook{})
	return first(err, terr,
		check(total == 3.5, "sum = %v", total),
		check(len(types) == 6, "%d columns", len(types)),
		check(m.HasTable("go_book") && m.HasColumn(&gormGrown{}, "pages") && m.HasIndex(&gormBook{}, "gorm_author_title"), "introspection"),
		db.Delete(&loaded).Error,
		db.Model(&gormAuthor{}).Count(&n).Error,
		check(n == 0, "%d authors after a soft delete", n),
		db.Unscoped().Model(&gormAuthor{}).Count(&n).Error,
		check(n == 1, "%d authors in all", n),
		m.RenameColumn(&gormGrown{}, "pages", "sheets"),
		m.DropColumn(&gormGrown{}, "sheets"),
		m.DropTable(&gormBook{}, &gormAuthor{}),
	)
}

// Package schema is what a user of ent writes: ent's generator makes the client of it.
package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
	"github.com/pgvector/pgvector-go"
)

// User has fields of most kinds.
type User struct{ ent.Schema }

// Fields of the User.
func (User) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(uuid.New),
		field.String("name").MaxLen(40).Unique(),
		field.Enum("role").Values("agent", "human").Default("human"),
		field.Int("age").Optional().Nillable(),
		field.JSON("tags", []string{}).Optional(),
		field.Float("score").Default(0.5),
		field.Time("seen").Default(time.Now).Immutable(),
		field.Bytes("raw").Optional(),
	}
}

// Annotations of the User: a check that the database makes.
func (User) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Checks(map[string]string{"score_not_negative": "score >= (0)::double precision"})}
}

// Edges of the User.
func (User) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("notes", Note.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("friends", User.Type),
	}
}

// Note belongs to a User and is found by its vector.
type Note struct{ ent.Schema }

// Fields of the Note.
func (Note) Fields() []ent.Field {
	return []ent.Field{
		field.Text("body").Comment("what was said"),
		field.Other("embedding", pgvector.Vector{}).SchemaType(map[string]string{dialect.Postgres: "vector(3)"}).Optional(),
	}
}

// Edges of the Note.
func (Note) Edges() []ent.Edge {
	return []ent.Edge{edge.From("owner", User.Type).Ref("notes").Unique().Required()}
}

// Indexes of the Note.
func (Note) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("embedding").Annotations(entsql.IndexType("hnsw"), entsql.OpClass("vector_cosine_ops")),
		index.Fields("body").Edges("owner").Unique(),
		index.Fields("body").Annotations(entsql.IndexWhere("(body <> ''::text)"), entsql.Desc()).StorageKey("note_body_filled"),
	}
}

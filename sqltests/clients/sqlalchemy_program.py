"""SQLAlchemy: create and reflect a schema, ORM with relationships, core statements, savepoints, streaming."""
import datetime
import decimal
import sys

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Session, declarative_base, relationship, selectinload

engine = sa.create_engine(sys.argv[1].replace("postgres://", "postgresql+psycopg2://"), future=True)
Base = declarative_base()


class Author(Base):
    __tablename__ = "sa_author"
    id = sa.Column(sa.Integer, sa.Identity(), primary_key=True)
    name = sa.Column(sa.String(50), nullable=False, unique=True)
    born = sa.Column(sa.Date)
    books = relationship("Book", back_populates="author", cascade="all, delete-orphan", order_by="Book.title")


class Book(Base):
    __tablename__ = "sa_book"
    id = sa.Column(sa.BigInteger, primary_key=True)
    author_id = sa.Column(sa.ForeignKey("sa_author.id", ondelete="CASCADE"), index=True)
    title = sa.Column(sa.Text, nullable=False)
    price = sa.Column(sa.Numeric(8, 2), sa.CheckConstraint("price >= 0", name="sa_price"))
    tags = sa.Column(pg.ARRAY(sa.Text))
    meta = sa.Column(pg.JSONB)
    at = sa.Column(sa.DateTime(timezone=True), server_default=sa.func.now())
    author = relationship("Author", back_populates="books")
    __table_args__ = (sa.Index("sa_book_title", title, postgresql_where=sa.text("title <> ''")), sa.UniqueConstraint("author_id", "title"))


Base.metadata.drop_all(engine)
Base.metadata.create_all(engine)
Base.metadata.create_all(engine)

with Session(engine) as s:
    ann = Author(name="Ann", born=datetime.date(1990, 1, 2), books=[Book(title="two", price=2), Book(title="one", price=decimal.Decimal("1.50"), tags=["x"], meta={"k": {"d": 1}})])
    s.add_all([ann, Author(name="Bob")])
    s.commit()
    got = s.execute(sa.select(Author).options(selectinload(Author.books)).where(Author.name == "Ann")).scalar_one()
    assert [(b.title, b.price) for b in got.books] == [("one", decimal.Decimal("1.50")), ("two", decimal.Decimal("2.00"))]
    n = s.execute(sa.select(sa.func.count()).select_from(Book).where(Book.meta["k"]["d"].astext == "1", Book.tags.contains(["x"]))).scalar_one()
    assert n == 1
    rows = s.execute(sa.select(Author.name, sa.func.sum(Book.price), sa.func.row_number().over(order_by=Author.name)).join(Book, isouter=True).group_by(Author.name)).all()
    assert [tuple(r) for r in rows] == [("Ann", decimal.Decimal("3.50"), 1), ("Bob", None, 2)]
    with s.begin_nested():
        got.name = "Anna"
    try:
        with s.begin_nested():
            s.add(Author(name="Bob"))
    except sa.exc.IntegrityError as e:
        assert e.orig.pgcode == "23505"
    s.execute(pg.insert(Author).values(name="Bob", born=datetime.date(2000, 1, 1)).on_conflict_do_update(index_elements=["name"], set_={"born": datetime.date(2000, 1, 1)}))
    s.delete(got)
    s.commit()
    assert s.execute(sa.select(sa.func.count()).select_from(Book)).scalar_one() == 0

insp = sa.inspect(engine)
assert {"sa_author", "sa_book"} <= set(insp.get_table_names())
columns = {c["name"]: c for c in insp.get_columns("sa_book")}
assert isinstance(columns["price"]["type"], sa.NUMERIC) and columns["price"]["type"].scale == 2
assert isinstance(columns["tags"]["type"], pg.ARRAY) and isinstance(columns["meta"]["type"], pg.JSONB)
assert insp.get_columns("sa_author")[0]["identity"] is not None
assert insp.get_pk_constraint("sa_book")["constrained_columns"] == ["id"]
fk = insp.get_foreign_keys("sa_book")[0]
assert fk["referred_table"] == "sa_author" and fk["options"]["ondelete"] == "CASCADE"
assert [c["name"] for c in insp.get_check_constraints("sa_book")] == ["sa_price"]
assert insp.get_unique_constraints("sa_book")[0]["column_names"] == ["author_id", "title"]
assert "ix_sa_book_author_id" in {i["name"] for i in insp.get_indexes("sa_book")}
assert "public" in insp.get_schema_names()
meta = sa.MetaData()
meta.reflect(engine, only=["sa_author", "sa_book"])
assert meta.tables["sa_book"].c.author_id.foreign_keys

with engine.connect().execution_options(stream_results=True, isolation_level="REPEATABLE READ") as c:
    assert sum(r[0] for r in c.execute(sa.text("SELECT generate_series(1, 1000)")).yield_per(100)) == 500500
with engine.begin() as c:
    c.execute(sa.text("CREATE TABLE sa_vec (id int, e vector(3)); INSERT INTO sa_vec VALUES (1, '[1,0,0]'), (2, '[0,1,0]')"))
    assert c.execute(sa.text("SELECT id FROM sa_vec ORDER BY e <=> CAST(:q AS vector) LIMIT 1"), {"q": "[0,1,0]"}).scalar_one() == 2
    c.execute(sa.text("DROP TABLE sa_vec"))
Base.metadata.drop_all(engine)
print("ok")

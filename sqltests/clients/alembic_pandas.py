"""Alembic migrations with autogeneration, and pandas frames to and from tables."""
import pathlib
import sys
import tempfile

import pandas as pd
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations

url = sys.argv[1].replace("postgres://", "postgresql+psycopg2://")
engine = sa.create_engine(url)

meta = sa.MetaData()
sa.Table(
    "al_item", meta, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(30), nullable=False, index=True),
    sa.Column("price", sa.Numeric(10, 2)), sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now()),
)
mine = {"include_object": lambda obj, name, kind, reflected, to: kind != "table" or name.startswith("al_item")}

with tempfile.TemporaryDirectory() as root:
    cfg = Config()
    cfg.set_main_option("script_location", root + "/m")
    cfg.set_main_option("sqlalchemy.url", url)
    cfg.config_file_name = root + "/alembic.ini"
    command.init(cfg, root + "/m")
    env = pathlib.Path(root + "/m/env.py")
    env.write_text(
        "import sqlalchemy as sa\nfrom alembic import context\n"
        "with sa.create_engine(context.config.get_main_option('sqlalchemy.url')).connect() as c:\n"
        "    context.configure(connection=c, version_table='al_version')\n    with context.begin_transaction():\n        context.run_migrations()\n"
    )
    versions = pathlib.Path(root + "/m/versions")
    head = "from alembic import op\nimport sqlalchemy as sa\n"
    (versions / "1_init.py").write_text(head + "revision = '1'\ndown_revision = None\ndef upgrade():\n    op.create_table('al_item', sa.Column('id', sa.Integer, primary_key=True), sa.Column('name', sa.String(20), nullable=True))\ndef downgrade():\n    op.drop_table('al_item')\n")
    (versions / "2_more.py").write_text(head + "revision = '2'\ndown_revision = '1'\ndef upgrade():\n    op.add_column('al_item', sa.Column('price', sa.Numeric(10, 2)))\n    op.alter_column('al_item', 'name', type_=sa.String(30), nullable=False)\ndef downgrade():\n    op.drop_column('al_item', 'price')\n    op.alter_column('al_item', 'name', type_=sa.String(20), nullable=True)\n")
    command.upgrade(cfg, "head")
    command.downgrade(cfg, "1")
    command.upgrade(cfg, "head")

with engine.begin() as c:
    ctx = MigrationContext.configure(c, opts=dict(mine, compare_type=True, compare_server_default=True))
    diff = compare_metadata(ctx, meta)
    kinds = sorted(d[0] for d in diff)
    assert kinds == ["add_column", "add_index"], diff
    ops = Operations(ctx)
    ops.add_column("al_item", sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now()))
    ops.create_index("ix_al_item_name", "al_item", ["name"])
with engine.begin() as c:
    ctx = MigrationContext.configure(c, opts=dict(mine, compare_type=True, compare_server_default=True))
    assert compare_metadata(ctx, meta) == [], compare_metadata(ctx, meta)

frame = pd.DataFrame({"n": [1, 2, 3], "x": [0.5, None, 2.5], "s": ["a", "b", None], "t": pd.to_datetime(["2024-01-01", "2024-02-29", "2025-01-01"])})
frame.to_sql("al_frame", engine, if_exists="replace", index=False, method="multi")
frame.to_sql("al_frame", engine, if_exists="append", index=False)
back = pd.read_sql("SELECT * FROM al_frame ORDER BY n", engine)
assert list(back.columns) == ["n", "x", "s", "t"] and len(back) == 6 and back["n"].sum() == 12 and back["x"].isna().sum() == 2
assert len(pd.read_sql_table("al_frame", engine)) == 6
chunks = list(pd.read_sql_query(sa.text("SELECT n FROM al_frame WHERE n > :n"), engine, params={"n": 1}, chunksize=3))
assert [len(c) for c in chunks] == [3, 1]
with engine.begin() as c:
    c.execute(sa.text("DROP TABLE al_frame, al_item, al_version"))
print("ok")

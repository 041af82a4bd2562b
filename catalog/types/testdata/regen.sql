-- The questions of the fixture files as functions; see regen.sh.
set client_min_messages = error;
set timezone = 'UTC';
create temp table q (n serial, a text, b text, c text, d text, answer text);

create function pg_temp.ask(stmt text) returns text language plpgsql as $f$
declare r text; st text; msg text; det text;
begin
  execute stmt into r;
  return '=' || coalesce(r, '<null>');
exception when others then
  get stacked diagnostics st = returned_sqlstate, msg = message_text, det = pg_exception_detail;
  return '!' || st || ' ' || msg || case when det <> '' then '|' || det else '' end;
end $f$;

-- a: settings (name=value;…), b: type, c: literal → the value's text
create function pg_temp.ask_input(x q) returns text language plpgsql as $f$
declare s text;
begin
  reset timezone; reset datestyle; reset intervalstyle; reset extra_float_digits; reset bytea_output;
  set timezone = 'UTC';
  foreach s in array coalesce(string_to_array(nullif(x.a, ''), ';'), '{}') loop
    execute format('set %I = %L', split_part(s, '=', 1), split_part(s, '=', 2));
  end loop;
  -- cast only after reading, so that what the modifier does is seen apart
  if (x).b ~ '\(' and (x).b !~ '\[' then
    return pg_temp.ask(format('select format(''%%s'', (%L::%s)::%s)', x.c,
      case when x.b ~ '^char' then 'bpchar' when x.b ~ '^bit' then 'varbit' else regexp_replace(x.b, '\(.*?\)', '') end, x.b));
  end if;
  return pg_temp.ask(format('select format(''%%s'', %L::%s)', x.c, x.b));
end $f$;

-- a: type, b: literal → hex of its send function
create function pg_temp.ask_binary(x q) returns text language plpgsql as $f$
declare fn text;
begin
  select typsend::text into fn from pg_type where oid = x.a::regtype;
  return pg_temp.ask(format('select encode(%s(%L::%s), ''hex'')', fn, x.b, x.a));
end $f$;

-- a: type, b and c: literals → -1, 0, 1 by the default btree operators
create function pg_temp.ask_compare(x q) returns text language plpgsql as $f$
begin
  return pg_temp.ask(format('select case when a < b then -1 when a > b then 1 when a = b then 0 end
    from (select %L::%s, %L::%s) v(a, b)', x.b, x.a, x.c, x.a));
end $f$;

-- a: function or operator, b and c: operands → result
create function pg_temp.ask_numeric(x q) returns text language plpgsql as $f$
begin
  if x.a ~ '^[a-z]' then
    if x.c = '' then return pg_temp.ask(format('select %s(%L::numeric)', x.a, x.b)); end if;
    return pg_temp.ask(format('select %s(%L::numeric, %L::%s)', x.a, x.b, x.c,
      case when x.a in ('round', 'trunc') then 'int' else 'numeric' end));
  end if;
  return pg_temp.ask(format('select %L::numeric %s %L::numeric', x.b, x.a, x.c));
end $f$;

-- a: settings, b: function and, of to_char, the type, c: argument, d: template → the result
create function pg_temp.ask_templates(x q) returns text language plpgsql as $f$
declare s text;
begin
  reset datestyle; reset intervalstyle;
  set timezone = 'UTC';
  foreach s in array coalesce(string_to_array(nullif(x.a, ''), ';'), '{}') loop
    execute format('set %I = %L', split_part(s, '=', 1), split_part(s, '=', 2));
  end loop;
  if x.b like 'to_char %' then
    return pg_temp.ask(format('select to_char(%L::%s, %L)', x.c, split_part(x.b, ' ', 2), x.d));
  end if;
  return pg_temp.ask(format('select %s(%L, %L)', x.b, x.c, x.d));
end $f$;

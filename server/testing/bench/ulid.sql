-- A prefixed ULID: the 128 bits of a UUIDv7 as 26 digits of Crockford's base 32, made digit by digit in PL/pgSQL, as
-- ledgers that live in PostgreSQL do it.
CREATE FUNCTION reference.ulid(p_prefix text) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  alphabet CONSTANT text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  bits CONSTANT bit varying := B'00' || ('x' || replace(uuidv7()::text, '-', ''))::bit(128);
  result text := p_prefix || '_';
BEGIN
  FOR digit IN 0 .. 25 LOOP
    result := result || substr(alphabet, substring(bits FROM digit * 5 + 1 FOR 5)::bit(5)::integer + 1, 1);
  END LOOP;
  RETURN result;
END $$;

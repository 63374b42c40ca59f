-- PostgreSQL: what the ledger's tables refuse, whoever writes. Row triggers miss TRUNCATE: guards.py adds those.
CREATE OR REPLACE FUNCTION guard_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'guard: rows of % are never changed (%)', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE FUNCTION guard_ledger_entry_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last record;
BEGIN
  SELECT seq, leaf INTO last FROM ledger_entry ORDER BY seq DESC LIMIT 1;
  IF NEW.seq <> coalesce(last.seq, -1) + 1 OR NEW.prev <> coalesce(last.leaf, decode(repeat('00', 32), 'hex')) THEN
    RAISE EXCEPTION 'guard: an entry follows the last leaf' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION guard_ledger_key_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.revoked_seq IS NOT NULL OR NEW.revoked_seq IS NULL
     OR (NEW.kid, NEW.alg, NEW.public, NEW.holder, NEW.purpose, NEW.enrolled_seq)
        IS DISTINCT FROM (OLD.kid, OLD.alg, OLD.public, OLD.holder, OLD.purpose, OLD.enrolled_seq) THEN
    RAISE EXCEPTION 'guard: a key only ends, once' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION guard_ledger_head_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id <> OLD.id OR NEW.seq <= OLD.seq OR NEW.size <> NEW.seq + 1 OR NEW.time < OLD.time
     OR NEW.leaf IS DISTINCT FROM (SELECT leaf FROM ledger_entry WHERE seq = NEW.seq) THEN
    RAISE EXCEPTION 'guard: the head only moves on, to the last entry'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

-- The one way to erase: the application may call this, and may not DELETE.
CREATE OR REPLACE FUNCTION ledger_erase(at bigint, named text) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  gone bigint;
BEGIN
  DELETE FROM disclosure WHERE seq = at AND path = named;
  GET DIAGNOSTICS gone = ROW_COUNT;
  IF at < 0 THEN  -- a filing of a closed log
    DELETE FROM closed_disclosure USING closed_log
      WHERE closed_log.number = closed_disclosure.log AND closed_log.first + closed_disclosure.seq = at
        AND closed_disclosure.path = named AND closed_log.first + closed_log.size > at;
    GET DIAGNOSTICS gone = ROW_COUNT;
  END IF;
  RETURN gone;
END $$;
REVOKE ALL ON FUNCTION ledger_erase(bigint, text) FROM PUBLIC;

CREATE OR REPLACE TRIGGER guard_ledger_entry_chain BEFORE INSERT ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION guard_ledger_entry_chain();
CREATE OR REPLACE TRIGGER guard_ledger_key_update BEFORE UPDATE ON ledger_key
  FOR EACH ROW EXECUTE FUNCTION guard_ledger_key_update();
CREATE OR REPLACE TRIGGER guard_ledger_head_update BEFORE UPDATE ON ledger_head
  FOR EACH ROW EXECUTE FUNCTION guard_ledger_head_update();

-- SQLite: what the ledger's tables refuse, whoever writes. BEFORE INSERT guards answer INSERT OR REPLACE, which
-- would otherwise remove rows in silence. The plain "never changed" triggers are made in guards.py.
CREATE TRIGGER guard_ledger_entry_chain BEFORE INSERT ON ledger_entry BEGIN
  SELECT RAISE(ABORT, 'guard: the sequence has no gap and no second')
    WHERE NEW.seq IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM ledger_entry);
  SELECT RAISE(ABORT, 'guard: an entry follows the last leaf')
    WHERE NEW.prev IS NOT coalesce((SELECT leaf FROM ledger_entry ORDER BY seq DESC LIMIT 1), zeroblob(32));
  SELECT RAISE(ABORT, 'guard: a leaf stands once')
    WHERE EXISTS (SELECT 1 FROM ledger_entry WHERE leaf = NEW.leaf);
END;
CREATE TRIGGER guard_envelope_once BEFORE INSERT ON envelope BEGIN
  SELECT RAISE(ABORT, 'guard: an envelope is kept once')
    WHERE EXISTS (SELECT 1 FROM envelope WHERE digest = NEW.digest);
END;
CREATE TRIGGER guard_disclosure_once BEFORE INSERT ON disclosure BEGIN
  SELECT RAISE(ABORT, 'guard: a disclosure is kept once')
    WHERE EXISTS (SELECT 1 FROM disclosure WHERE seq = NEW.seq AND path = NEW.path);
END;
CREATE TRIGGER guard_statement_use_once BEFORE INSERT ON statement_use BEGIN
  SELECT RAISE(ABORT, 'guard: a statement is used once')
    WHERE EXISTS (SELECT 1 FROM statement_use WHERE once = NEW.once);
END;
CREATE TRIGGER guard_tile_once BEFORE INSERT ON tile BEGIN
  SELECT RAISE(ABORT, 'guard: a tile is kept once')
    WHERE EXISTS (SELECT 1 FROM tile WHERE level = NEW.level AND "index" = NEW."index");
END;
-- Two processes may sign the same head: the same note again is nothing new, another one is a split view.
CREATE TRIGGER guard_checkpoint_once BEFORE INSERT ON checkpoint BEGIN
  SELECT RAISE(ABORT, 'guard: a size is signed once')
    WHERE EXISTS (SELECT 1 FROM checkpoint WHERE size = NEW.size AND note IS NOT NEW.note);
  SELECT RAISE(IGNORE) WHERE EXISTS (SELECT 1 FROM checkpoint WHERE size = NEW.size);
END;
CREATE TRIGGER guard_cosignature_once BEFORE INSERT ON cosignature BEGIN
  SELECT RAISE(ABORT, 'guard: a witness is kept once for each size')
    WHERE EXISTS (SELECT 1 FROM cosignature WHERE size = NEW.size AND witness = NEW.witness);
END;
CREATE TRIGGER guard_timestamp_token_once BEFORE INSERT ON timestamp_token BEGIN
  SELECT RAISE(ABORT, 'guard: an authority is kept once for each size')
    WHERE EXISTS (SELECT 1 FROM timestamp_token WHERE size = NEW.size AND authority = NEW.authority);
END;
CREATE TRIGGER guard_ledger_key_once BEFORE INSERT ON ledger_key BEGIN
  SELECT RAISE(ABORT, 'guard: a key is enrolled once')
    WHERE EXISTS (SELECT 1 FROM ledger_key WHERE kid = NEW.kid);
END;
CREATE TRIGGER guard_ledger_key_update BEFORE UPDATE ON ledger_key BEGIN
  SELECT RAISE(ABORT, 'guard: a key only ends, once')
    WHERE OLD.revoked_seq IS NOT NULL OR NEW.revoked_seq IS NULL OR NEW.kid IS NOT OLD.kid
       OR NEW.alg IS NOT OLD.alg OR NEW.public IS NOT OLD.public OR NEW.holder IS NOT OLD.holder
       OR NEW.purpose IS NOT OLD.purpose OR NEW.enrolled_seq IS NOT OLD.enrolled_seq;
END;
CREATE TRIGGER guard_ledger_head_once BEFORE INSERT ON ledger_head BEGIN
  SELECT RAISE(ABORT, 'guard: there is one head') WHERE EXISTS (SELECT 1 FROM ledger_head);
END;
CREATE TRIGGER guard_ledger_head_update BEFORE UPDATE ON ledger_head BEGIN
  SELECT RAISE(ABORT, 'guard: the head only moves on, to the last entry')
    WHERE NEW.id IS NOT OLD.id OR NEW.seq <= OLD.seq OR NEW.size IS NOT NEW.seq + 1 OR NEW.time < OLD.time
       OR NEW.leaf IS NOT (SELECT leaf FROM ledger_entry WHERE seq = NEW.seq);
END;

-- Whoever ends a sign-in or disables an account, by whatever program, rings for that user: every process then looks at the sockets
-- that it has open for them (server/auth/open-sockets.ts). The rows are the truth; the bell is only a hint.
CREATE FUNCTION tell_auth_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('omniwp_auth', CASE TG_TABLE_NAME WHEN 'user' THEN to_jsonb(OLD) ->> 'id' ELSE to_jsonb(OLD) ->> 'user_id' END);
  RETURN NULL;
END $$;

CREATE TRIGGER auth_session_ended AFTER UPDATE OF revoked_at, expires_at OR DELETE ON "auth_session"
  FOR EACH ROW EXECUTE FUNCTION tell_auth_changed();

CREATE TRIGGER user_disabled AFTER UPDATE OF disabled_at ON "user"
  FOR EACH ROW WHEN (OLD.disabled_at IS DISTINCT FROM NEW.disabled_at) EXECUTE FUNCTION tell_auth_changed();

-- A number is held: everything that decides and everything that is written, in one call and one transaction.
--
-- booking/services/hold_statement.py calls it and says what each parameter is. docs/adr/0013 says why it is SQL and
-- where each rule stands besides. Each statement in here sees what was committed before it began (READ COMMITTED), so
-- the limits are counted after the locks were given: that is what a single statement with common table expressions
-- cannot do. What refuses writes nothing; the slot's row, for which a rush queues, is changed last and so held shortest.
-- `own_rules` is what departments and experts have of their own, NULL while nobody has: they go before the hospital's.
CREATE FUNCTION booking_hold(
    given_slot text,
    given_patient text,
    token_digest bytea,
    INOUT account_id bigint,
    INOUT patient_id bigint,
    actor_kind text,
    actor_id bigint,
    actor_name text,
    moment timestamptz,
    INOUT pay_by timestamptz,
    day_begins timestamptz,
    new_code text,
    new_checkin_code text,
    device bytea,
    per_department_day int,
    departments_day int,
    per_account_day int,
    unpaid_per_account_day int,
    per_device_day int,
    per_payer_30_days int,
    route text,
    request_key text,
    body_digest bytea,
    INOUT answer jsonb,
    own_rules jsonb,
    OUT outcome text,
    OUT appointment_id bigint,
    OUT slot_id bigint,
    OUT session_id bigint,
    OUT fee_fen int
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    wanted record;
    known record;
    who text;
    own_hold_min int;
    limited boolean;
    zone_before text := current_setting('TimeZone');
BEGIN
    -- Who asks, and for whom: the account of a token, and one of its own patients.
    IF token_digest IS NOT NULL THEN
        SELECT account.id, account.id, account.username, patient.id
        INTO account_id, actor_id, actor_name, patient_id
        FROM hospital_apitoken token
        JOIN hospital_user account ON account.id = token.user_id
        JOIN booking_accountpatient link ON link.account_id = account.id
        JOIN booking_patient patient ON patient.id = link.patient_id
        WHERE token.digest = booking_hold.token_digest AND token.revoked_at IS NULL
          AND account.is_active AND account.role = booking_hold.actor_kind
          AND patient.code = booking_hold.given_patient AND patient.merged_into_id IS NULL;
        IF NOT FOUND THEN
            outcome := 'unknown_patient';
            RETURN;
        END IF;
    END IF;
    who := actor_kind || ':' || actor_id;

    -- What is asked for, as it stands before any lock: most who come too late are told so here.
    SELECT slot.id AS slot_id, session.id AS session_id, session.date, session.fee_fen, session.expert_id,
           expert.department_id,
           session.release_at <= booking_hold.moment AND booking_hold.moment < session.walk_in_opens_at AS in_time,
           slot.bookable, slot.booked + slot.withheld < slot.quota AS free
    INTO wanted
    FROM booking_slot slot
    JOIN booking_clinicsession session ON session.id = slot.session_id
    JOIN booking_expert expert ON expert.id = session.expert_id
    WHERE slot.code = booking_hold.given_slot;
    slot_id := wanted.slot_id;
    session_id := wanted.session_id;
    fee_fen := wanted.fee_fen;
    IF own_rules IS NOT NULL THEN
        per_department_day := booking_own_rule(
            own_rules, 'numbers_per_department_day', wanted.department_id, wanted.expert_id, per_department_day);
        own_hold_min := booking_own_rule(own_rules, 'hold_min', wanted.department_id, wanted.expert_id, NULL);
        IF own_hold_min IS NOT NULL THEN
            pay_by := moment + make_interval(mins => own_hold_min);
            PERFORM set_config('TimeZone', own_rules ->> 'zone', TRUE);  -- the answer has the hospital's offset
            answer := answer || jsonb_build_object('pay_by', pay_by);
            PERFORM set_config('TimeZone', zone_before, TRUE);
        END IF;
    END IF;
    outcome := CASE
        WHEN wanted.slot_id IS NULL THEN 'unknown_slot'
        WHEN NOT wanted.in_time OR NOT wanted.bookable THEN 'not_open'
        WHEN NOT wanted.free THEN 'sold_out'
    END;

    -- Limits are counted under the locks of those whom they limit: device, account, patient, in this order. When there
    -- is no number anyway nothing is locked and only the patient's own are asked, so that whoever holds the last number
    -- is told that; how many numbers an account, a device or a payer has makes no difference any more.
    IF outcome IS NULL AND actor_kind = 'patient' THEN
        IF device IS NOT NULL THEN
            PERFORM pg_advisory_xact_lock(hashtextextended(encode(device, 'hex'), 1));
        END IF;
        PERFORM FROM hospital_user account WHERE account.id = booking_hold.account_id FOR NO KEY UPDATE;
    END IF;
    IF outcome IS NULL THEN
        PERFORM FROM booking_patient patient  -- read again after waiting: merged or erased meanwhile is gone
        WHERE patient.id = booking_hold.patient_id AND patient.merged_into_id IS NULL AND patient.erased_at IS NULL
        FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            outcome := 'unknown_patient';
            RETURN;
        END IF;
    END IF;
    IF outcome IS NULL OR outcome = 'sold_out' THEN
        limited := outcome IS NULL AND actor_kind = 'patient';
        outcome := coalesce(booking_hold_refusal(
            patient_id, CASE WHEN limited THEN account_id END, CASE WHEN limited THEN device END,
            wanted.session_id, wanted.date, wanted.department_id, moment, day_begins, per_department_day,
            departments_day, per_account_day, unpaid_per_account_day, per_device_day, per_payer_30_days
        ), outcome);
    END IF;

    -- The request's key: a twin that is under way makes this wait, one that is done is answered below.
    IF outcome IS NULL AND request_key IS NOT NULL THEN
        answer := answer || jsonb_build_object('fee_fen', wanted.fee_fen);
        INSERT INTO hospital_idempotencykey (account, route, key, body_digest, status, answer, created_at)
        VALUES (who, booking_hold.route, request_key, booking_hold.body_digest, 201, booking_hold.answer, moment)
        ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            outcome := 'known_key';
        END IF;
    END IF;

    IF outcome IS NULL THEN
        WITH made AS (
            INSERT INTO booking_appointment
                (code, slot_id, session_id, patient_id, account_id, state, fee_fen, checkin_code, held_at, pay_by,
                 device_index)
            VALUES (new_code, wanted.slot_id, wanted.session_id, booking_hold.patient_id, booking_hold.account_id,
                    'held', wanted.fee_fen, new_checkin_code, moment, booking_hold.pay_by, device)
            RETURNING id
        )
        INSERT INTO hospital_statechange
            (thing, thing_id, verb, from_state, to_state, actor_kind, actor_id, actor_name, at, reason, data)
        SELECT 'appointment', made.id, 'hold', '', 'held', booking_hold.actor_kind, booking_hold.actor_id,
               booking_hold.actor_name, moment, '', '{}'::jsonb
        FROM made
        RETURNING thing_id INTO appointment_id;
        UPDATE booking_slot slot SET booked = slot.booked + 1
        WHERE slot.id = wanted.slot_id AND slot.bookable AND slot.booked + slot.withheld < slot.quota;
        IF NOT FOUND THEN  -- the last number went to somebody else meanwhile: take back what was written
            RAISE EXCEPTION 'the last number is gone' USING ERRCODE = 'FL409';
        END IF;
        outcome := 'held';
        RETURN;
    END IF;

    -- Refused: unless this very request was answered before, by a twin that has booked meanwhile.
    IF request_key IS NOT NULL THEN
        SELECT kept.body_digest = booking_hold.body_digest AS same, kept.answer
        INTO known
        FROM hospital_idempotencykey kept
        WHERE kept.account = who AND kept.route = booking_hold.route AND kept.key = request_key;
        IF FOUND THEN
            outcome := CASE WHEN known.same THEN 'repeated' ELSE 'mismatch' END;
            answer := known.answer;
        END IF;
    END IF;
END $$;

-- A number of the policy for an expert of a department: the expert's own, else the department's, else the hospital's.
-- `own` is {level: {id: {name: value}}, "zone": the hospital's}; booking/selectors/policies.py writes it and answers the same in Python.
CREATE FUNCTION booking_own_rule(own jsonb, name text, department bigint, expert bigint, hospital int)
RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(
        (own #>> ARRAY['expert', expert::text, name])::int,
        (own #>> ARRAY['department', department::text, name])::int,
        hospital
    )
$$;

-- Why this patient, account, device or payer may not have a number: a ban or a limit; NULL when there is no reason.
-- It is the one home of these limits: booking/selectors/limits.py asks it for every number that is not held above.
-- An account or device of NULL is not limited: numbers that the hospital itself gives. `leaving` is an appointment that
-- goes away in the same step; `despite_ban` is for numbers that a person of the hospital gives; `waiting_account` and
-- `waiting_device` are requests for a draw, which may all become numbers.
CREATE FUNCTION booking_hold_refusal(
    patient bigint, account bigint, device bytea, session bigint, day date, department bigint,
    moment timestamptz, day_begins timestamptz,
    per_department_day int, departments_day int, per_account_day int, unpaid_per_account_day int, per_device_day int,
    per_payer_30_days int, leaving bigint DEFAULT 0, despite_ban boolean DEFAULT FALSE,
    waiting_account bigint DEFAULT 0, waiting_device bigint DEFAULT 0
) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT CASE
        WHEN NOT despite_ban AND EXISTS (
            SELECT FROM booking_ban ban WHERE ban.patient_id = patient AND ban.lifted_at IS NULL
            AND ban.starts_at <= moment AND moment < ban.ends_at) THEN 'banned'
        WHEN mine.in_session > 0 OR mine.in_department >= per_department_day THEN 'already_booked'
        WHEN mine.other_departments >= departments_day THEN 'departments'
        WHEN account IS NOT NULL AND per_account_day <= theirs.held + waiting_account THEN 'account'
        WHEN account IS NOT NULL AND unpaid_per_account_day <= theirs.unpaid + waiting_account THEN 'unpaid'
        WHEN device IS NOT NULL AND per_device_day <= waiting_device + (
            SELECT count(*) FROM booking_appointment one
            WHERE one.device_index = device AND one.held_at >= day_begins) THEN 'device'
        WHEN account IS NOT NULL AND per_payer_30_days <= booking_payer_people(account, patient, moment) THEN 'payer'
    END
    FROM (
        SELECT count(*) FILTER (WHERE one.session_id = session) AS in_session,
               count(*) FILTER (WHERE expert.department_id = department) AS in_department,
               count(DISTINCT expert.department_id) FILTER (WHERE expert.department_id <> department)
                   AS other_departments
        FROM booking_appointment one
        JOIN booking_clinicsession other ON other.id = one.session_id
        JOIN booking_expert expert ON expert.id = other.expert_id
        WHERE one.patient_id = patient AND one.state IN ('held', 'booked', 'arrived') AND other.date = day
          AND one.id <> leaving
    ) mine, (
        SELECT count(*) AS held, count(*) FILTER (WHERE one.booked_at IS NULL) AS unpaid
        FROM booking_appointment one
        WHERE one.account_id = account AND one.held_at >= day_begins
    ) theirs);
END $$;

-- For how many people besides this patient one of an account's payers paid in 30 days, whoever's account they are, with
-- those for whom the account holds a number that is still to be paid. Who never paid online has no payer.
CREATE FUNCTION booking_payer_people(account bigint, patient bigint, moment timestamptz)
RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    since timestamptz := moment - interval '720 hours';
    payers bytea[];
BEGIN
    SELECT array_agg(DISTINCT paid.payer_index) INTO payers
    FROM booking_appointment one
    JOIN booking_payment paid ON paid.appointment_id = one.id
    WHERE one.account_id = account AND one.held_at > since - interval '168 hours'  -- offers are paid days later
      AND paid.payer_index IS NOT NULL AND paid.paid_at > since;
    IF payers IS NULL THEN
        RETURN 0;
    END IF;
    RETURN (
        SELECT max(people) FROM (
            SELECT count(DISTINCT whom.patient_id) AS people
            FROM unnest(payers) payer, LATERAL (
                SELECT one.patient_id
                FROM booking_payment paid JOIN booking_appointment one ON one.id = paid.appointment_id
                WHERE paid.payer_index = payer AND paid.paid_at > since
                UNION ALL
                SELECT one.patient_id
                FROM booking_appointment one
                WHERE one.account_id = account AND one.state = 'held' AND one.held_at > since
            ) whom
            WHERE whom.patient_id <> patient
            GROUP BY payer
        ) each_payer
    );
END $$;

"""What is always true of plans and nights, as queries that find what breaks it."""

from hospital.common.invariants import Invariant, history_ends_in_state

INVARIANTS = (
    Invariant(
        "a plan to review or in force has its slots and all its numbers",
        """
        SELECT concat('plan ', plan.code, ': ', count(slot.id), ' slots with ', coalesce(sum(slot.quota), 0),
                      ' of ', plan.appointments, ' numbers')
        FROM analytics_quotaplan plan LEFT JOIN analytics_planslot slot ON slot.plan_id = plan.id
        WHERE plan.state IN ('proposed', 'approved')
        GROUP BY plan.id HAVING count(slot.id) = 0 OR sum(slot.quota) <> plan.appointments ORDER BY plan.id
        """,
    ),
    Invariant(
        "a night that is over leaves no expert to be computed",
        """
        SELECT concat('night ', run.as_of, ': ', one.expert_code, ' still waits')
        FROM analytics_expertrun one JOIN analytics_nightrun run ON run.id = one.run_id
        WHERE one.state = 'waiting' AND run.state <> 'running' ORDER BY one.id
        """,
    ),
    history_ends_in_state(thing="quotaplan", table="analytics_quotaplan"),
    history_ends_in_state(thing="nightrun", table="analytics_nightrun"),
)

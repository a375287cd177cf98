extension BadFile {
    /// Triggers that go by the clock.
    static let triggers: [BadFile] = [
        BadFile(
            """
            name: w
            triggers:
              - cron: 0 0 31 2 *
                timezone: Europe/Berln
              - cron: 0 6 * * MON
                every: 5m
              - asset: a
              - timezone: UTC
            \(job)
            """,
            .refused,
            "3:11: triggers[0].cron: \"0 0 31 2 *\" never comes: no date fits it",
            "4:15: triggers[0].timezone: there is no time zone \"Europe/Berln\"; did you mean Europe/Berlin?",
            "5:5: triggers[1]: cron and every exclude each other; a trigger has one of cron, every, dates",
            "7:5: triggers[2].asset: unknown key \"asset\"; asset is not supported by this version yet",
            "8:5: triggers[3]: the trigger says nothing to start runs by; a trigger has one of cron, every, dates"
        ),
        BadFile(
            """
            name: w
            params: {day: {}, count: {type: integer, default: 1}}
            triggers:
              - {name: a, every: 90m, overlap: queue, params: {dya: x}}
              - {name: a, every: 5ms, params: {day: "${{ run.id }}", count: "1"}}
            \(job)
            """,
            .refused,
            "4:5: triggers[0]: the param \"day\" is required; give it a value in params",
            "4:36: triggers[0].overlap: expected one of allow, skip, queue-one, queue-all, cancel-running, found the string "
                + "\"queue\"",
            "4:57: triggers[0].params.dya: there is no param \"dya\"; did you mean day?",
            "5:12: triggers[1].name: another trigger is called \"a\" already",
            "5:22: triggers[1].every: 5ms is out of range, allowed are 1s to 365d",
            "5:41: triggers[1].params.day: run.id is not known before the run starts; params of triggers read "
                + "trigger.due_at, trigger.date, trigger.timestamp or trigger.schedule"
        ),
        BadFile(
            """
            name: w
            triggers:
              - cron: "@daily"
                start: 2026-05-01
                end: 2026-04-30
              - dates: [2026-05-01T06:30, tomorrow]
                except: [sat, 2026-02-30]
              - cron: 0 0 * * SUN
                only: [mon]
            jobs: {a: {command: [x, "${{ trigger.date }}"]}}
            """,
            .refused,
            "5:10: triggers[0].end: the end does not lie behind the start",
            "6:31: triggers[1].dates[1]: expected a date or time, found the string \"tomorrow\"; as in 2026-12-01, "
                + "2026-12-01T06:30 on the clocks of timezone, or 2026-12-01T06:30:00+01:00",
            "7:19: triggers[1].except[1]: expected a day, found the string \"2026-02-30\"; as in sat, 12-25, 2026-12-25 or "
                + "2026-12-24..2027-01-02",
            "10:25: jobs.a.command[1]: trigger.date is known in the params of a trigger only; take it over as a param"
        ),
    ]
}

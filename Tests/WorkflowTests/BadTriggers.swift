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
              - webhook: a
              - timezone: UTC
            \(job)
            """,
            .refused,
            "3:11: triggers[0].cron: \"0 0 31 2 *\" never comes: no date fits it",
            "4:15: triggers[0].timezone: there is no time zone \"Europe/Berln\"; did you mean Europe/Berlin?",
            "5:5: triggers[1]: cron and every exclude each other; a trigger has one of cron, every, dates, "
                + "asset, any, all, event",
            "7:5: triggers[2].webhook: unknown key \"webhook\"; webhook is not supported by this version yet",
            "8:5: triggers[3]: the trigger says nothing to start runs by; a trigger has one of cron, every, dates, "
                + "asset, any, all, event"
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

    /// Triggers that go by events, and the assets that jobs produce.
    static let eventTriggers: [BadFile] = [
        BadFile(
            """
            name: w
            params: {day: {}}
            triggers:
              - {asset: a//b, params: {day: x}}
              - {asset: a, event: b}
              - {event: order paid, params: {day: "${{ trigger.due_at }}"}}
              - {cron: "@daily", asset: a}
              - {any: [], params: {day: x}}
              - {any: [a, {all: [b, {any: x}]}], gather: none, params: {day: x}}
              - {asset: a, gather: some, max_active: 0, sensor: x, params: {day: "${{ trigger.events }}"}}
            \(job)
            """,
            .refused,
            "4:13: triggers[0].asset: \"a//b\" is no name of an asset; an asset's name has parts of letters, digits, "
                + "_ - . or : between slashes, up to 190 in all",
            "5:5: triggers[1]: asset and event exclude each other; any: [a, b] starts a run when one has news, all: [a, b] "
                + "when both have",
            "6:13: triggers[2].event: \"order paid\" is no name of an event; use 1 to 200 letters, digits, _ - . / or :",
            "7:5: triggers[3]: cron and asset exclude each other; make two triggers of it",
            "8:11: triggers[4].any: the list is empty, so the trigger never starts anything",
            "9:31: triggers[5].any[1].all[1].any: expected a list of assets, found the string \"x\"",
            "10:24: triggers[6].gather: expected one of all, partition, none, found the string \"some\"",
            "10:42: triggers[6].max_active: 0 is out of range, allowed are 1 to 1000",
            "10:45: triggers[6].sensor: unknown key \"sensor\"; known here: asset, any, all, event, name, where, gather, "
                + "max_active, params"
        ),
        BadFile(
            """
            name: w
            params: {day: {}}
            triggers:
              - {all: [a, b], gather: none, params: {day: x}}
              - {event: e, where: "${{ event.data }}", params: {day: x}}
              - {event: e, where: trigger.event.data.sum > 1, params: {day: "${{ event.key }}"}}
              - {event: e, params: {day: "${{ trigger.date }}"}}
              - event: e
              - {any: [{all: [{any: [{all: [{any: [a]}]}]}]}], params: {day: x}}
            jobs: {a: {command: [x, "${{ event.key }}"], produces: [x y, {partition: p}, {asset: z, meta: 1}]}}
            """,
            .refused,
            "4:27: triggers[0].gather: all needs several events together, and gather: none takes one alone; "
                + "use gather: all or gather: partition",
            "5:23: triggers[1].where: a condition is an expression as it is; remove ${{ and }}",
            "6:23: triggers[2].where: trigger.event is not known before the run starts; where reads the event: "
                + "event.data, event.key",
            "6:65: triggers[2].params.day: event is not known before the run starts; params of this trigger read "
                + "trigger.events, trigger.event or trigger.partition",
            "7:30: triggers[3].params.day: trigger.date is not known before the run starts; params of this trigger read "
                + "trigger.events, trigger.event or trigger.partition",
            "8:5: triggers[4]: the param \"day\" is required; give it a value in params",
            "9:39: triggers[5].any[0].all[0].any[0].all[0].any: conditions are nested at most 4 deep",
            "10:25: jobs.a.command[1]: event is known in the where of a trigger alone",
            "10:57: jobs.a.produces[0]: \"x y\" is no name of an asset; an asset's name has parts of letters, digits, "
                + "_ - . or : between slashes, up to 190 in all",
            "10:62: jobs.a.produces[1]: asset is missing; as in asset: reports/churn",
            "10:89: jobs.a.produces[2].meta: unknown key \"meta\"; known here: asset, partition, metadata"
        ),
        BadFile(
            """
            name: w
            triggers:
              - any: [raw, reports/churn]
              - all: [raw, reports/churn]
              - {asset: reports/churn, where: event.partition != 'x'}
            jobs: {a: {command: [x, "${{ output }}"], produces: [reports/churn]}}
            """,
            .accepted,
            "3:5: triggers[0]: the workflow would start itself, without an end: its job \"a\" produces reports/churn; "
                + "say with where which updates count",
            "6:25: jobs.a.command[1]: output is known in until and produces alone; the output of another job is jobs.NAME.output"
        ),
    ]
}

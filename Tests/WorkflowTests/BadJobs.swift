/// Files whose jobs are wrong.
extension BadFile {
    /// What all jobs have in common.
    static let jobs: [BadFile] = [
        BadFile(
            """
            name: w
            jobs:
              a: {}
              b: {agnet: {}}
              c: {command: [x], sql: {}}
              d: {workflow: {}, produces: []}
              e:
              F: {command: [x]}
            """,
            .refused,
            "3:3: jobs.a: the job does not say what to do; add one of agent, llm, command, sql, http, wait, approval, workflow, handler",
            "4:7: jobs.b.agnet: unknown key \"agnet\"; did you mean agent?",
            "5:3: jobs.c: the job has command and sql, it must have one of them; make two jobs of it",
            "6:17: jobs.d.workflow: name is missing; the name of the workflow to run",
            "7:5: jobs.e: expected a mapping, found nothing",
            "8:3: jobs.F: \"F\" is no name: it does not begin with a to z; \(rule)"
        ),
        BadFile(
            """
            name: w
            jobs:
              a:
                command: [x]
                retry: {attempts: 0, delay: 30, max: -1s, times: 3}
                timeout: 5 minutes
                priority: high
                queue: Big
                when: ${{ true }}
                needs: b
              b:
                command: [x]
                retry: 3
                timeout: 0s
                priority: 1001
                needs: [1]
            """,
            .refused,
            "5:23: jobs.a.retry.attempts: 0 is out of range, allowed are 1 to 100",
            "5:33: jobs.a.retry.delay: expected a duration, found the integer 30; write it with a unit, such as 250ms, 30s, "
                + "5m, 2h or 1d",
            "5:42: jobs.a.retry.max: expected a duration, found the string \"-1s\"; write it with a unit, such as 250ms, "
                + "30s, 5m, 2h or 1d",
            "5:47: jobs.a.retry.times: unknown key \"times\"; known here: attempts, delay, max, backoff, jitter, on",
            "6:14: jobs.a.timeout: expected a duration, found the string \"5 minutes\"; write it with a unit, such as "
                + "250ms, 30s, 5m, 2h or 1d",
            "7:15: jobs.a.priority: expected an integer, found the string \"high\"",
            "8:12: jobs.a.queue: \"Big\" is no name: it does not begin with a to z; \(rule)",
            "9:11: jobs.a.when: a condition is an expression as it is; remove ${{ and }}",
            "10:12: jobs.a.needs: expected a list of jobs, found the string \"b\"",
            "13:12: jobs.b.retry: expected a mapping, found the integer 3",
            "14:14: jobs.b.timeout: 0s is out of range, allowed are 1ms to 365d",
            "15:15: jobs.b.priority: 1001 is out of range, allowed are -1000 to 1000",
            "16:13: jobs.b.needs[0]: expected the name of a job, found the integer 1; put it in quotes"
        ),
        BadFile(
            "name: w\njobs:\n  a: {command: [x], timeout: 366d, retry: {delay: 1m, max: 30s}}\n",
            .accepted,
            "3:30: jobs.a.timeout: 366d is out of range, allowed are 1ms to 365d",
            "3:60: jobs.a.retry.max: max is 30s, less than the delay of 1m"
        ),
        BadFile(
            """
            name: w
            jobs:
              a: {command: [x], needs: [b]}
              b: {command: [x], needs: [c]}
              c: {command: [x], needs: [a]}
              d: {command: [x], needs: [d]}
              e: {command: [x], needs: [a]}
            """,
            .accepted,
            "3:29: jobs.a.needs[0]: jobs wait for each other: a → b → c → a",
            "6:29: jobs.d.needs[0]: jobs wait for each other: d → d"
        ),
        BadFile(
            "name: w\njobs:\n  a: {command: [x], needs: [bb, extrct]}\n  extract: {command: [x]}\n",
            .accepted,
            "3:29: jobs.a.needs[0]: there is no job \"bb\"; known here: a, extract",
            "3:33: jobs.a.needs[1]: there is no job \"extrct\"; did you mean extract?"
        ),
        BadFile(
            "name: w\njobs:\n  a: {command: [x], needs: [b]}\n  b: {command: [x], needs: [a]}\n"
                + "  c: {command: [x], needs: [zz]}\n",
            .accepted,
            "3:29: jobs.a.needs[0]: jobs wait for each other: a → b → a",
            "5:29: jobs.c.needs[0]: there is no job \"zz\"; known here: a, b, c"
        ),
        BadFile(
            "name: w\njobs:\n  a: {command: [x], needs: [b, b]}\n  b: {command: [x]}\n",
            .refused,
            "3:32: jobs.a.needs[1]: \"b\" is needed twice"
        ),
        BadFile(
            """
            name: w
            jobs:
              a: {command: {run: [x], connections: [c]}, repeat: {until: output, at_most: 2}}
              b: {command: {run: [x], steps: true}, repeat: {until: output, at_most: 2}}
              c: {command: {run: [x], steps: false}, repeat: {until: output, at_most: 2}}
            """,
            .accepted,
            "3:54: jobs.a.repeat: a command with connections or steps is not repeated; "
                + "have the program go round by itself, or repeat a job of the kind workflow",
            "4:49: jobs.b.repeat: a command with connections or steps is not repeated; "
                + "have the program go round by itself, or repeat a job of the kind workflow"
        ),
    ]
}

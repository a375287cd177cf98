import JobModel
import Schedules
import Testing

@testable import Workflow

@Suite struct WorkflowFileTests {
    @Test(arguments: GoodFiles.all) func acceptsGoodFiles(_ text: String) throws {
        let first = try definition(text)
        #expect(try definition(text) == first)
    }

    @Test(arguments: BadFile.all) func reportsAllFaultsWithTheirPlaces(_ file: BadFile) {
        #expect(faults(file.text) == file.faults)
    }

    @Test func namesTheFileInEachFault() {
        let error = #expect(throws: WorkflowFaults.self) {
            try WorkflowFile.parse(Array("a: 1".utf8), name: "dir/x.yaml")
        }
        #expect(
            error?.description == """
                dir/x.yaml:1:1: a: unknown key "a"; known here: name, description, team, params, triggers, jobs, budget, limits, share, start, deadline, notify, on_failure, on_success
                dir/x.yaml:1:1: name is missing; the first line of a file is name: NAME
                dir/x.yaml:1:1: jobs is missing; a workflow has at least one job
                """
        )
    }

    @Test func readsTriggers() throws {
        let workflow = try #require(GoodFiles.all.map(definition).first { !$0.schedules.isEmpty })
        #expect(workflow.schedules.map(\.name) == ["cron", "cron-2", "often", "dates"])
        #expect(workflow.schedules.map(\.catchup) == [.all, .latest, .none, .latest])
        #expect(workflow.schedules.map(\.overlap) == [.queueOne, .allow, .cancelRunning, .allow])
        let first = workflow.schedules[0]
        let rule = try first.rule()
        let due = try #require(rule.next(after: 1_767_225_600))
        #expect(due == 1_767_265_200)
        let params = try first.params(of: TriggerFacts(schedule: "w/cron", due: due, in: rule.zone))
        #expect(params == ["day": .value("2026-01-01"), "at": .value(.integer(Int64(due)))])
    }

    @Test func readsWhatAProgramMayCall() throws {
        let workflow = try definition(
            """
            name: w
            jobs:
              a:
                command:
                  run: [x]
                  limits: {memory: 512MiB, requests: 9, repeated_calls: 2, repeated_cycles: 4}
                  tools: [{mcp: {connection: github, allow: [search]}}, {http: {name: tell, url: "https://example.com/"}}]
                  approve: [{tools: [tell], role: boss}]
                  network: gateway
              b: {command: {run: [x], steps: true}}
            """
        )
        guard case .command(let a) = workflow.jobs[0].kind, case .command(let b) = workflow.jobs[1].kind else {
            Issue.record("the jobs are of other kinds")
            return
        }
        #expect(a.limits.memory == 512 << 20)
        #expect(a.loops == LoopLimits(repeatedCalls: 2, repeatedCycles: 4))
        #expect(workflow.jobs[0].kind.requestLimit == 9)
        #expect(a.tools.map(\.name) == ["connection github", "tell"])
        #expect(a.approve.map { $0.isAbout(tool: "tell") } == [true])
        #expect(a.isIsolated && a.hasOwnSteps && !a.usesGateway)
        #expect(b.loops == LoopLimits() && b.tools.isEmpty && !b.isIsolated && b.hasOwnSteps)
    }

    @Test func readsWhatTheFileSays() throws {
        let workflow = try definition(GoodFiles.all[GoodFiles.all.count - 1])
        #expect(workflow.name == "w")
        #expect(workflow.team == "growth")
        #expect(workflow.params.map(\.name) == ["a", "b", "c", "d", "e", "f", "g", "h", "i"])
        #expect(workflow.params.map(\.isRequired) == [false, false, false, false, false, false, true, false, true])
        #expect(workflow.params[7].default == "no")
        #expect(workflow.graph.order == ["a", "c", "b", "d"])
        let job = try #require(workflow.job(named: "a"))
        #expect(job.retry == RetryPolicy(maximumAttempts: 1, baseDelay: .zero, maximumDelay: .seconds(86_400)))
        #expect(job.timeout == .seconds(365 * 86_400))
        #expect((job.queue, job.priority) == ("heavy_1", -1_000))
        #expect(workflow.job(named: "b")?.when?.source == "!(length(jobs.a.output) == 0)")
        #expect(workflow.jobs.map(\.kind.name) == [.command, .sql, .agent, .http])
        guard case .command(let command) = job.kind, case .agent(let agent) = workflow.jobs[2].kind else {
            Issue.record("the jobs are of other kinds")
            return
        }
        #expect(command.run.map(\.literal) == ["echo", "1.10", "true", "", nil])
        #expect(command.environment.map(\.name) == ["A_1", "_b"])
        #expect(command.environment[0].value.literal == "1.50")
        #expect(command.output == .json)
        var limits = AgentLimits(turns: 1, tokens: 1_000, time: .seconds(60), repeatedCalls: 1)
        limits.requests = 9
        limits.spending = MicroDollars(rawValue: 1)
        #expect(agent.limits == limits)
        #expect(agent.tools.map(\.name) == ["db", "sql", "a", "b", "c", "d"])
        #expect(agent.tools.map(\.effect) == [.once, .none, .once, .idempotent, .none, .none])
    }

    @Test func fillsInDefaults() throws {
        let workflow = try definition(
            """
            name: w
            jobs:
              a: {sql: {connection: c, query: SELECT 1}}
              b: {http: {url: "https://h", method: POST}}
              c:
                agent:
                  model: c/m
                  prompt: p
                  tools:
                    - http: {name: x, connection: c}
                    - http: {name: y, connection: c, effect: idempotent}
                    - command: {name: z, run: [z]}
            """
        )
        let job = workflow.jobs[0]
        #expect((job.retry, job.timeout, job.queue, job.priority) == (RetryPolicy(), nil, "default", 0))
        guard case .sql(let sql) = job.kind, case .http(let http) = workflow.jobs[1].kind,
            case .agent(let agent) = workflow.jobs[2].kind, case .http(let x) = agent.tools[0],
            case .http(let y) = agent.tools[1], case .command(let z) = agent.tools[2]
        else {
            Issue.record("the jobs are of other kinds")
            return
        }
        #expect((sql.access, sql.maximumRows) == (.read, 1_000))
        #expect(http.effect == .once)
        #expect(agent.limits == AgentLimits())
        #expect(x.methods == [.get, .head])
        #expect(y.methods == [.get, .head, .put, .delete])
        #expect((z.effect, z.timeout, z.parameters) == (.once, .seconds(60), .anyObject))
    }

    @Test func aPlainScalarMeansWhatJSONWouldRead() throws {
        let root = SourceReader.read(
            Array(
                """
                [no, on, yes, True, ~, null, "", '1', 1, -1.5, 1e3, 0x1F, 0o7, 007, .5, +1, 1_000, 2026-01-01, 12:30, .inf,
                 "true", true, 9223372036854775808]
                """.utf8
            ),
            contents: nil,
            faults: FaultCollector(file: "f")
        )
        #expect(
            root?.json == [
                "no", "on", "yes", "True", nil, nil, "", "1", 1, -1.5, 1000.0, "0x1F", "0o7", "007", ".5", "+1",
                "1_000",
                "2026-01-01", "12:30", ".inf", "true", true, 9_223_372_036_854_775_808.0,
            ]
        )
    }
}

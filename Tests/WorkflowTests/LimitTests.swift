import JobModel
import Testing

@testable import Workflow

/// Limits, rates, shares and labels, as the file says them.
@Suite struct LimitTests {
    private static let file = """
        name: churn
        params: {customer: {type: string}}
        limits:
          - {runs: 2, key: "${{ params.customer }}"}
          - {rate: 10, per: 1h}
          - {jobs: 20, of: team}
        share: {key: "${{ params.customer }}", weight: 3}
        jobs:
          extract:
            command: [x]
            requires: {region: eu, gpu: a100}
            limits:
              - {at_once: 1, key: "${{ params.customer }}-x"}
              - {rate: 5, per: 10s, connection: warehouse}
          load: {command: [y]}

        """

    @Test func limitsBecomeGatesWithTheKeysOfTheRun() throws {
        let workflow = try definition(Self.file)
        let gates = try workflow.gates(params: ["customer": "acme"], team: "growth")
        #expect(
            gates.ofRun == [
                Gate(holder: .run, scope: "workflow churn", key: "acme", most: 2),
                Gate(holder: .run, scope: "workflow churn", most: 10, period: .seconds(3600)),
            ]
        )
        let ofTeam = Gate(holder: .job, scope: "team growth", most: 20)
        #expect(
            gates.ofJobs["extract"] == [
                ofTeam,
                Gate(holder: .job, scope: "job churn/extract", key: "acme-x", most: 1),
                Gate(holder: .job, scope: "connection warehouse", most: 5, period: .seconds(10)),
            ]
        )
        #expect(gates.ofJobs["load"] == [ofTeam])
        #expect(gates.share == LineShare(line: "churn acme", weight: 3))
        #expect(workflow.jobs[0].claimQueue == "default;gpu=a100;region=eu")
        #expect(workflow.jobs[1].claimQueue == "default")
    }

    @Test func aWorkflowWithoutLimitsHasNoGates() throws {
        let workflow = try definition("name: w\njobs: {a: {command: [x]}}\n")
        #expect(try workflow.gates(params: [:], team: "t") == RunGates())
    }

    @Test func aVeryLongKeyIsCut() throws {
        let workflow = try definition(Self.file)
        let gates = try workflow.gates(params: ["customer": .string(String(repeating: "é", count: 2000))], team: "t")
        #expect(gates.ofRun[0].key.utf8.count == LimitDefinition.maximumKeyBytes)
    }

    private static func job(_ text: String) -> String {
        "name: w\nparams: {p: {}}\njobs: {a: {command: [x], \(text)}}\n"
    }
    private static func top(_ text: String) -> String {
        "name: w\nparams: {p: {}}\n\(text)\njobs: {a: {command: [x]}}\n"
    }

    @Test(arguments: [
        (job("limits: [{at_once: 0}]"), "3:45: jobs.a.limits[0].at_once: 0 is out of range, allowed are 1 to 1000000"),
        (
            job("limits: [{rate: 5}]"),
            "3:35: jobs.a.limits[0]: per is missing; a rate has a period, as in {rate: 10, per: 1m}"
        ),
        (
            job("limits: [{at_once: 1, per: 1m}]"),
            "3:53: jobs.a.limits[0].per: per belongs to a rate; write rate in place of at_once, or remove per"
        ),
        (
            job("limits: [{at_once: 1, rate: 1, per: 1m}]"),
            "3:35: jobs.a.limits[0]: at_once and rate exclude each other; a limit has one of at_once, rate"
        ),
        (job("limits: [{}]"), "3:35: jobs.a.limits[0]: the limit limits nothing; a limit has one of at_once, rate"),
        (
            job("limits: [{at_once: 1, of: queue}]"),
            "3:52: jobs.a.limits[0].of: expected one of job, workflow, team, found the string \"queue\""
        ),
        (
            job("limits: [{at_once: 1, key: '${{ jobs.b.output }}'}]"),
            "3:53: jobs.a.limits[0].key: jobs.b.output is not known before the run starts; a key reads params, as in ${{ params.customer }}"
        ),
        (
            job("limits: [{at_once: 1, key: '${{ params.q }}'}]"),
            "3:53: jobs.a.limits[0].key: there is no param \"q\""
        ),
        (top("limits: [{runs: 0}]"), "3:17: limits[0].runs: 0 is out of range, allowed are 1 to 1000000"),
        (
            top("limits: [{at_once: 1}]"),
            "3:11: limits[0].at_once: unknown key \"at_once\"; known here: runs, jobs, rate, per, of, key"
        ),
        (
            top("limits: [{runs: 1, key: '${{ params.q }}'}]"),
            "3:25: limits[0].key: there is no param \"q\""
        ),
        (top("share: {weight: 0}"), "3:17: share.weight: 0 is out of range, allowed are 1 to 100"),
        (
            job("requires: {gpu: 'a 100'}"),
            "3:42: jobs.a.requires.gpu: \"a 100\" is no value of a label; it has 1 to 63 letters, digits, dots, _ and -"
        ),
    ]) func whatCannotBeIsReportedWithItsPlace(_ text: String, _ fault: String) {
        let found = faults(text)
        #expect(found.contains { $0.hasPrefix(fault) }, "\(found)")
    }
}

import JobModel
import Testing

@testable import Workflow

/// How jobs stand in their graph: rules, teardowns, hooks, groups, loops.
@Suite struct FlowTests {
    @Test func readsRulesGroupsAndLoops() throws {
        let workflow = try definition(
            """
            name: w
            jobs:
              a: {command: [x], group: load, may_fail: true}
              b: {command: [x], group: load}
              c: {command: [x], needs: [load], runs: none_failed, when: "jobs.a.state == 'failed'"}
              d:
                needs: [c, b]
                command: [x, "${{ default(previous.output, round) }}"]
                repeat: {until: output.done, at_most: 3, otherwise: accept}
            """
        )
        #expect(workflow.job(named: "a")?.flow.mayFail == true)
        #expect(workflow.job(named: "c")?.needs == ["a", "b"])
        #expect(workflow.job(named: "c")?.flow.rule == .noneFailed)
        #expect(workflow.job(named: "c")?.flow.storedRule == "none_failed")
        #expect(workflow.job(named: "c")?.flow.states == ["a"])
        #expect(workflow.job(named: "c")?.flow.outputs == [])
        let loop = try #require(workflow.job(named: "d")?.flow.loop)
        #expect(loop.until.source == "output.done")
        #expect(loop.atMost == 3)
        #expect(loop.otherwise == .accept)
    }

    @Test func aTeardownWaitsForAllThatIsBehindItsSetup() throws {
        let workflow = try definition(
            """
            name: w
            jobs:
              up: {command: [x]}
              work: {command: [x], needs: [up]}
              more: {command: [x], needs: [work]}
              besides: {command: [x]}
              down: {command: [x], teardown: up}
              also: {command: [x], teardown: up, may_fail: false}
              after: {command: [x], needs: [down, up]}
            """
        )
        let down = try #require(workflow.job(named: "down"))
        #expect(Set(down.needs) == ["up", "work", "more"])
        #expect(down.flow.rule == .always)
        #expect(down.flow.mayFail)
        #expect(down.flow.states == ["up"])
        #expect(Set(try #require(workflow.job(named: "also")).needs) == ["up", "work", "more", "after"])
        #expect(workflow.job(named: "also")?.flow.mayFail == false)
    }

    /// Nobody says that the outer one waits for the inner one: it is behind its setup, as all that is set up in between.
    @Test func anOuterTeardownWaitsForTheInnerOne() throws {
        let workflow = try definition(
            """
            name: w
            jobs:
              net: {command: [x]}
              net_down: {command: [x], teardown: net}
              vm: {command: [x], needs: [net]}
              vm_down: {command: [x], teardown: vm}
              vm_log: {command: [x], teardown: vm}
              work: {command: [x], needs: [vm]}
              report: {command: [x], needs: [vm_log]}
            """
        )
        func needs(_ job: String) throws -> Set<String> { Set(try #require(workflow.job(named: job)).needs) }
        #expect(try needs("vm_down") == ["vm", "work"])
        #expect(try needs("vm_log") == ["vm", "work"])
        #expect(try needs("net_down") == ["net", "vm", "work", "vm_down", "vm_log", "report"])
    }

    /// What a file says itself about the order of teardowns comes before what is implied.
    @Test func teardownsNeverWaitForEachOther() throws {
        let workflow = try definition(
            """
            name: w
            jobs:
              net: {command: [x]}
              vm: {command: [x], needs: [net]}
              work: {command: [x], needs: [vm]}
              vm_down: {command: [x], teardown: vm}
              net_down: {command: [x], teardown: net, needs: [work]}
              late: {command: [x], needs: [first]}
              first: {command: [x], teardown: a}
              a: {command: [x]}
              b: {command: [x], needs: [a, first]}
              second: {command: [x], teardown: b}
            """
        )
        func needs(_ job: String) throws -> Set<String> { Set(try #require(workflow.job(named: job)).needs) }
        #expect(try needs("vm_down") == ["vm", "work"])
        #expect(try needs("net_down") == ["net", "vm", "work", "vm_down"])
        #expect(try needs("first") == ["a"])
        #expect(try needs("second") == ["b"])
    }

    @Test func hooksComeAfterAllJobs() throws {
        let workflow = try definition(
            """
            name: w
            on_success:
              good: {command: [x]}
              better: {command: [x, "${{ jobs.a.output }}"], needs: [good]}
            jobs:
              a: {command: [x]}
              b: {command: [x]}
            on_failure:
              bad: {command: [x, "${{ jobs.b.state }}"]}
            """
        )
        #expect(workflow.jobs.map(\.name) == ["a", "b", "bad", "good", "better"])
        #expect(workflow.job(named: "bad")?.needs == ["a", "b"])
        #expect(workflow.job(named: "bad")?.flow.storedRule == "on_failure")
        #expect(workflow.job(named: "better")?.needs == ["good", "a", "b"])
        #expect(workflow.job(named: "better")?.flow.storedRule == "on_success")
    }

    @Test(
        arguments: [
            (
                "a: {command: [x], runs: any_failed}",
                "3:27: jobs.a.runs: any_failed speaks of the jobs that are needed, and none is: the job would never run; "
                    + "add needs, or remove runs"
            ),
            (
                "a: {command: [x], runs: all_done}",
                "3:27: jobs.a.runs: all_done speaks of the jobs that are needed, and none is; add needs, or remove runs"
            ),
            (
                "a: {command: [x], runs: sometimes}",
                "3:27: jobs.a.runs: expected one of all_succeeded, all_done, all_failed, "
                    + "any_succeeded, any_failed, any_done, none_failed, none_failed_any_succeeded, none_skipped, always, "
                    + "found the string \"sometimes\""
            ),
            (
                "a: {command: [x], teardown: b}",
                "3:31: jobs.a.teardown: there is no other job \"b\""
            ),
            (
                "a: {command: [x], group: a}",
                "3:28: jobs.a.group: the group \"a\" is named like a job"
            ),
            (
                "a: {command: [x], group: g, needs: [g]}",
                "3:39: jobs.a.needs[0]: the job needs the group \"g\", to which it belongs"
            ),
            (
                "a: {command: [x, \"${{ round }}\"]}",
                "3:20: jobs.a.command[1]: round is known where a job is repeated; add repeat"
            ),
            (
                "a: {command: [x], when: output.a}",
                "3:27: jobs.a.when: output is known in until and produces alone; the output of another job is jobs.NAME.output"
            ),
            (
                "a: {workflow: {name: v, params: {repeat: {until: '${{ output.a }}'}}}}",
                "3:52: jobs.a.workflow.params.repeat.until: output is known in until and produces alone; the output of "
                    + "another job is jobs.NAME.output"
            ),
            (
                "a: {command: [x], repeat: {until: output.a, at_most: 0}}",
                "3:56: jobs.a.repeat.at_most: 0 is out of range, allowed are 1 to 1000"
            ),
            (
                "a: {command: [x], repeat: {until: output.a}}",
                "3:29: jobs.a.repeat: at_most is missing; a loop has a bound"
            ),
            (
                "a: {command: [x], needs: [b]}\n  b: {command: [x], teardown: a}\n  c: {command: [x], needs: [b], teardown: a}",
                "4:31: jobs.b.teardown: the job comes before a, which it takes down"
            ),
        ]
    ) func reportsWhatCanBeKnown(_ jobs: String, _ expected: String) {
        #expect(faults("name: w\njobs:\n  \(jobs)\n").first == expected)
    }

    @Test func reportsHooksThatCannotBe() {
        let text = """
            name: w
            jobs: {a: {command: [x]}}
            on_failure:
              a: {command: [x]}
              b: {command: [x], needs: [a], runs: all_done}
            """
        #expect(
            Set(faults(text)) == [
                "4:3: on_failure.a: there is another job \"a\"",
                "5:39: on_failure.b.runs: a job under on_failure has no runs",
            ]
        )
    }

    @Test func readsRetriesByKindOfFault() throws {
        let workflow = try definition(
            """
            name: w
            jobs:
              a:
                command: [x]
                retry:
                  backoff: constant
                  jitter: full
                  on: {rate-limit: {attempts: 20, delay: 30s}, timeout: never}
            """
        )
        let retry = try #require(workflow.job(named: "a")?.retry)
        #expect(retry.growth == .constant)
        #expect(retry.jitter == .full)
        #expect(
            retry.exceptions == ["rate-limit": .init(maximumAttempts: 20, baseDelay: .seconds(30)), "timeout": .never]
        )
        #expect(
            faults("name: w\njobs:\n  a: {command: [x], retry: {on: {timeout: 3}}}\n") == [
                "3:43: jobs.a.retry.on.timeout: expected never, or a mapping of attempts, delay, max and backoff, "
                    + "found the integer 3"
            ]
        )
    }

    /// What was accepted by a release of before goes on as it did.
    @Test func aKeptVersionIsNotRefusedForWhatWasAllowedThen() throws {
        let source =
            "name: w\njobs: {a: {command: {run: [x], connections: [c]}, repeat: {until: output, at_most: 2}}}\n"
        #expect(throws: WorkflowFaults.self) { try WorkflowFile.parse(Array(source.utf8), name: "w") }
        let kept = try WorkflowFile.parse(Array(source.utf8), name: "w", isKept: true)
        #expect(kept.jobs.first?.flow.loop?.atMost == 2)
    }
}

import JobModel
import Testing

@testable import Workflow

/// Jobs over lists, and jobs that are runs of other workflows.
@Suite struct MapTests {
    @Test func readsMaps() throws {
        let workflow = try definition(
            """
            name: w
            jobs:
              list: {command: [x]}
              short: {needs: [list], map: "${{ jobs.list.output }}", command: [x, "${{ item.a }}", "${{ index }}"]}
              long:
                needs: [list, short]
                map: {over: "${{ jobs.list.output }}", at_once: 5, may_fail: true, fail_fast: false, fold: count}
                when: item != 3
                command: [x, "${{ jobs.short.output }}"]
            """
        )
        let short = try #require(workflow.job(named: "short")?.flow)
        #expect(short.map?.tolerated == 0)
        #expect(short.map?.failsFast == true)
        #expect(short.map?.fold == .collect)
        // Its items do not read the list.
        #expect(short.outputs == [])
        let long = try #require(workflow.job(named: "long")?.flow)
        #expect(long.map?.atOnce == 5)
        #expect(long.map?.tolerated == nil)
        #expect(long.map?.fold == .count)
        #expect(long.outputs == ["short"])
    }

    /// A key of somebody else's may be called as ours are.
    @Test func onlyTheMapOfAJobIsItsList() throws {
        let workflow = try definition(
            """
            name: w
            jobs:
              list: {command: [x]}
              a: {needs: [list], workflow: {name: v, params: {map: "${{ jobs.list.output }}"}}}
              b: {needs: [list], workflow: {name: v, params: {map: {over: "${{ jobs.list.output }}"}}}}
              c: {needs: [list], workflow: {name: v, params: {map: {fold: "${{ jobs.list.output }}"}}}}
              d:
                needs: [list]
                map: "${{ jobs.list.output }}"
                workflow: {name: v, params: {map: "${{ item }}"}}
            """
        )
        for job in ["a", "b", "c"] { #expect(workflow.job(named: job)?.flow.outputs == ["list"]) }
        #expect(workflow.job(named: "d")?.flow.outputs == [])
        let found = faults(
            "name: w\njobs: {a: {workflow: {name: v, params: {map: {fold: '${{ length(outputs) }}'}}}}}\n"
        )
        #expect(found == ["2:53: jobs.a.workflow.params.map.fold: outputs is known in the fold of a map alone"])
    }

    @Test func readsChildren() throws {
        let workflow = try definition(
            """
            name: w
            jobs:
              a: {workflow: other}
              b: {workflow: {name: more, version: 3, params: {x: "${{ run.id }}"}}}
            """
        )
        #expect(workflow.job(named: "a")?.kind == .workflow(.init(workflow: "other", version: nil, params: nil)))
        guard case .workflow(let child)? = workflow.job(named: "b")?.kind else {
            Issue.record("no workflow job")
            return
        }
        #expect(child.version == 3)
    }

    @Test(
        arguments: [
            (
                "a: {command: [x], map: texts}",
                "3:26: jobs.a.map: a map goes over a list, and this is a text; write nothing but an expression, such as "
                    + "${{ jobs.list.output }}"
            ),
            (
                "a: {command: [x], map: \"${{ 3 }}\"}",
                "3:26: jobs.a.map: a map goes over a list, and this is an integer"
            ),
            (
                "a: {command: [x], map: {over: \"${{ params.x }}\", at_once: 0}}",
                "3:61: jobs.a.map.at_once: 0 is out of range, allowed are 1 to 100000"
            ),
            (
                "a: {command: [x, \"${{ item }}\"]}",
                "3:20: jobs.a.command[1]: item is known where a job is mapped; add map"
            ),
            (
                "a: {command: [x], map: \"${{ item }}\"}",
                "3:26: jobs.a.map: item is known where a job is mapped"
            ),
            (
                "a: {workflow: w}",
                "3:17: jobs.a.workflow: the workflow would start itself, in a cycle; name another workflow"
            ),
        ]
    ) func reportsWhatCanBeKnown(_ jobs: String, _ expected: String) {
        #expect(faults("name: w\nparams: {x: {}}\njobs:\n  \(jobs)\n").first?.dropFirst(1) == expected.dropFirst(1))
    }

    @Test func foldsByAnExpression() throws {
        let workflow = try definition(
            """
            name: w
            jobs:
              list: {command: [x]}
              each:
                needs: [list]
                map: {over: "${{ jobs.list.output }}", fold: "${{ sum(pluck(outputs, 'n')) }}"}
                command: [x, "${{ item }}"]
            """
        )
        guard case .value(let fold)? = workflow.job(named: "each")?.flow.map?.fold else {
            Issue.record("no expression")
            return
        }
        var context = ExpressionContext()
        context.locals[.outputs] = [["n": 2], .null, ["n": 3], ["m": 9]]
        #expect(try fold.evaluate(in: context) == 5)
        context.locals[.outputs] = [["n": 2.5], ["n": 3]]
        #expect(try fold.evaluate(in: context) == 5.5)
        context.locals[.outputs] = [["n": "x"]]
        #expect(throws: ExpressionError.self) { try fold.evaluate(in: context) }
        context.locals[.outputs] = [3, .null, 1, 2]
        #expect(try Expression(parsing: "max(outputs)").evaluate(in: context) == 3)
        #expect(try Expression(parsing: "min(outputs)").evaluate(in: context) == 1)
        context.locals[.outputs] = []
        #expect(try Expression(parsing: "max(outputs)").evaluate(in: context) == .null)
    }

    @Test(arguments: [
        ("fold: total", "expected one of collect, count, or an expression"),
        ("fold: \"${{ length(item) }}\"", "item is known where a job is mapped"),
    ])
    func refusesOtherFolds(_ fold: String, _ fault: String) throws {
        let text =
            "name: w\njobs:\n  a: {command: [x]}\n  b:\n    needs: [a]\n    command: [x]\n"
            + "    map:\n      over: ${{ jobs.a.output }}\n      \(fold)\n"
        let faults = faults(text)
        #expect(faults.contains { $0.contains(fault) }, "\(faults)")
    }
}

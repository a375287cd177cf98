import Testing

@testable import Workflow

@Suite struct WorkflowGraphTests {
    @Test func placesEachJobBehindWhatItNeeds() throws {
        let graph = try WorkflowGraph([
            ("publish", ["analyze", "extract"]), ("analyze", ["extract"]), ("extract", []), ("other", []),
        ])
        #expect(graph.order == ["extract", "analyze", "publish", "other"])
        #expect(graph.needs(of: "publish") == ["analyze", "extract"])
        #expect(graph.needs(of: "unknown").isEmpty)
        #expect(graph.dependents(of: "extract") == ["analyze", "publish"])
    }

    @Test func knowsWhichJobIsBehindWhich() throws {
        let graph = try WorkflowGraph([("c", ["b"]), ("b", ["a"]), ("a", []), ("d", ["a"])])
        #expect(graph.isBehind("c", "a"))
        #expect(graph.isBehind("b", "a"))
        #expect(!graph.isBehind("a", "c"))
        #expect(!graph.isBehind("c", "d"))
        #expect(!graph.isBehind("c", "c"))
        #expect(!graph.isBehind("c", "unknown"))
    }

    @Test(
        arguments: [
            ([("a", ["a"])], [["a"]]),
            ([("b", ["a"]), ("a", ["b"])], [["b", "a"]]),
            ([("z", ["a"]), ("a", ["b"]), ("b", ["c"]), ("c", ["a"])], [["a", "b", "c"]]),
            ([("a", ["b"]), ("b", ["a"]), ("c", ["d", "a"]), ("d", ["c"])], [["a", "b"], ["c", "d"]]),
        ] as [([(String, [String])], [[String]])]
    )
    func namesEachCycleOnce(_ jobs: [(String, [String])], _ cycles: [[String]]) {
        let error = #expect(throws: WorkflowCycles.self) { try WorkflowGraph(jobs.map { (name: $0.0, needs: $0.1) }) }
        #expect(error?.cycles == cycles)
    }

    @Test func takesTheLargestChain() throws {
        let count = WorkflowDefinition.maximumJobs
        let graph = try WorkflowGraph((0..<count).map { ("j\($0)", $0 + 1 < count ? ["j\($0 + 1)"] : []) })
        #expect(graph.order.first == "j\(count - 1)")
        #expect(graph.isBehind("j0", "j\(count - 1)"))
    }
}

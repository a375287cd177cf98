import JobModel
import Testing

@testable import Client

@Suite struct JobTreeTests {
    private func tree(_ needs: [(String, [String])]) -> [String] {
        let jobs = needs.map { name, needs in
            JobDetail(["name": .string(name), "needs": .array(needs.map { .string($0) })])
        }
        return JobTree(jobs).rows.map { row in
            "\(row.branch)\(row.job.name)"
                + (row.otherNeeds.isEmpty ? "" : " < \(row.otherNeeds.joined(separator: ","))")
        }
    }

    @Test func drawsADiamond() {
        #expect(
            tree([("d", ["b", "c"]), ("a", []), ("b", ["a"]), ("c", ["a"])]) == ["a", "├─ b", "└─ c", "   └─ d < b"]
        )
    }

    @Test func keepsSeparateTreesApart() {
        #expect(tree([("a", []), ("x", []), ("b", ["a"])]) == ["a", "└─ b", "x"])
    }

    @Test func showsJobsInACircleToo() {
        #expect(tree([("a", ["b"]), ("b", ["a"]), ("c", [])]) == ["c", "a < b", "b < a"])
    }
}

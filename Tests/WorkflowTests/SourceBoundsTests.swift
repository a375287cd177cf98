import TestSupport
import Testing

@testable import Workflow

/// Input made to hurt: each case must end, and soon.
@Suite(.timeLimit(.minutes(20))) struct SourceBoundsTests {
    @Test func refusesLargeFilesUnread() {
        let bytes = [UInt8](repeating: UInt8(ascii: "["), count: WorkflowFile.maximumBytes + 1)
        #expect(faults(bytes) == ["1:1: the file has 1048577 bytes, the most is 1048576"])
    }

    @Test(
        arguments: [
            ([0x6E, 0xFF], "1:2: a byte that is not UTF-8: 0xff; save the file as UTF-8"),
            ([0x61, 0x0A, 0xC3, 0xA9, 0xC3], "2:2: a byte that is not UTF-8: 0xc3; save the file as UTF-8"),
            ([0xFF, 0xFE, 0x6E, 0x00], "1:1: a byte that is not UTF-8: 0xff; save the file as UTF-8"),
            ([0x61, 0x3A, 0xED, 0xA0, 0x80], "1:3: a byte that is not UTF-8: 0xed; save the file as UTF-8"),
        ] as [([UInt8], String)]
    )
    func refusesWhatIsNotUTF8(_ bytes: [UInt8], _ fault: String) {
        #expect(faults(bytes) == [fault])
    }

    @Test func takesTheDeepestNesting() {
        let depth = WorkflowFile.maximumDepth - 3
        let text = "name: w\nparams: {a: {type: array, default: \(Self.nested(depth))}}\n\(BadFile.job)"
        #expect(faults(text) == [])
        let deeper = "name: w\nparams: {a: {type: array, default: \(Self.nested(depth + 1))}}\n\(BadFile.job)"
        #expect(faults(deeper) == ["2:\(36 + depth): nested deeper than 64"])
    }

    private static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    @Test(arguments: [
        "[", "{", "[[{", "- ", "? ", "[? ", "{a: ", "{? ", "- - ", "a: [", "- ? ", "[{a: ", "\"", "'", "&a ", "*a ",
        "! ", "!a ",
        "a: |\n", "%", "# ", "a: ", "<<: ", "${{ ", "{{", "}}", "\\", "é", "\n", " ", "a", "0", "---\n", "...\n",
        "- a\n", "a\n",
        "&a [", "- &a\n", "[*a, ", "? [*a]\n: ", "!!str ", "|\n ", "a: >2\n  x\n", ", ", ": ", "-", "\r", "\u{2028}",
    ])
    func endsOnAnythingRepeated(_ unit: String) {
        let text = String(repeating: unit, count: 200_000 / unit.utf8.count)
        #expect(!faults(text).isEmpty)
        #expect(!faults("name: w\njobs: " + text).isEmpty)
    }

    @Test func refusesAliasesHoweverTheyMultiply() {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...60 {
            bomb += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
        }
        #expect(!faults(bomb + "*a60 : x\n").isEmpty)
        #expect(!faults(bomb + "? *a60\n: x\n").isEmpty)
        #expect(!faults(bomb + "{? {*a60 : x} : y}: z\n").isEmpty)
        #expect(!faults("x: {*a : {*a : 1}}\n" + bomb).isEmpty)
    }

    @Test func endsOnDeepKeys() {
        let deep = String(repeating: "? {", count: 900) + "a: \(String(repeating: "x", count: 900_000))"
        #expect(!faults(deep).isEmpty)
    }

    /// Whoever starts the process decides how large the stacks of its threads are.
    @Test(arguments: ["{", "[", "? ", "- ", "[? {"]) func needsNoLargeStack(_ opening: String) async {
        let text = String(repeating: opening, count: 990)
        let found = await TestThread.run(stackBytes: 512 << 10) { faults(text) }
        #expect(!found.isEmpty)
    }

    @Test func boundsTheFaultsItReports() {
        let unknown = (0..<10_000).map { "k\($0): 1\n" }.joined()
        #expect(faults(unknown) == ["1:1: the mapping has 10000 keys, the most is 1000"])
        let many = faults("name: w\njobs:\n" + (0..<900).map { "  j\($0): {}\n" }.joined())
        #expect(many.count == FaultCollector.maximumFaults + 1)
        #expect(many.last == "203:3: there are more faults than 200; mend these first")
    }

    @Test func boundsTheJobs() {
        let jobs = (0...WorkflowDefinition.maximumJobs).map { "  j\($0): {command: [x]}\n" }.joined()
        #expect(faults("name: w\njobs:\n" + jobs) == ["3:3: jobs: the mapping has 1001 keys, the most is 1000"])
    }

    @Test func reportsTheFirstOfManyRepeatedKeys() {
        let found = faults("name: w\n" + (0..<1_000).map { "k\($0): 1\nk\($0): 1\n" }.joined())
        #expect(found.count == 1)
        #expect(found.first?.hasSuffix("is repeated") == true)
    }

    /// Each trigger is due for the first time after some 19,700 days that are left out, or never.
    @Test(arguments: [false, true]) func endsSoonHoweverManyDaysAreLeftOut(_ isNever: Bool) {
        let days = (0..<1_000).map { "\(9_999 - $0 / 350)-\(["01", "03"][$0 % 2])-\(10 + $0 % 19)" }
        let only = "2023-12-01," + days.dropFirst().joined(separator: ",")
        let except = (isNever ? "2023-12-01," : "") + days.dropFirst().joined(separator: ",")
        let trigger = "  - {cron: '0 0 * * *', only: [\(only)], except: [\(except)]}\n"
        let text = "name: w\ntriggers:\n" + String(repeating: trigger, count: 40) + BadFile.job
        #expect(text.utf8.count < WorkflowFile.maximumBytes)
        let time = ProcessorTime.taken { #expect(faults(text).isEmpty == !isNever) }
        #expect(time < .seconds(10))
    }

    @Test func endsOnTheDensestGraph() {
        let jobs = (1..<600).map { job in
            let needs = (0..<job).map { "j\($0)" }.joined(separator: ",")
            return "  j\(job): {command: [\"${{ jobs.j0.output }}\"], needs: [\(needs)]}\n"
        }
        #expect(faults("name: w\njobs:\n  j0: {command: [x]}\n" + jobs.joined()) == [])
    }
}

import Glibc
import JobModel
import TestSupport
import Testing

@testable import Client

/// What takes JSON on the command line takes it from a file as well.
@Suite(.timeLimit(.minutes(5))) struct FileArgumentTests {
    /// Longer than an argument of a shell may be.
    private static let long = JSONValue.object(["text": .string(String(repeating: "x", count: 200 * 1024))])

    private static func play(_ test: (FakeScheduler, _ path: String) async throws -> Void) async throws {
        let scheduler = await FakeScheduler.start()
        let directory = try FileSystem.makeTemporaryDirectory("/tmp/chassis-test-")
        let path = directory + "/data"
        try LocalFile.replace(path, with: long.text() + "\n")
        try await test(scheduler, path)
        unlink(path)
        rmdir(directory)
        await scheduler.process.killAndWait()
    }

    @Test(arguments: [
        (["mark", "12", "a", "--reason", "r"], "--output", "output"),
        (["approve", "7"], "--edit", "arguments"), (["approve", "7"], "--form", "form"),
        (["resolve", "12", "pay", "t0001"], "--happened", "result"),
        (["fork", "12", "--at", "a:t0001"], "--result", "result"),
        (["event", "send", "e"], "--data", "data"), (["asset", "update", "a"], "--metadata", "metadata"),
    ]) func sendsWhatStandsInAFile(_ words: [String], _ option: String, _ member: String) async throws {
        try await Self.play { scheduler, path async throws in
            let sent = await scheduler.chassis(words + [option + "-file", path])
            #expect(sent.status == .success, "\(sent)")
            #expect(try await Submissions.of(scheduler)[member] == Self.long)
            #expect(await scheduler.chassis(words + [option, "[1]"]).status == .success)
            #expect(try await Submissions.of(scheduler)[member] == [1])
            let both = await scheduler.chassis(words + [option, "[1]", option + "-file", path])
            #expect(both.status == .usage && both.errors.contains("\(option) and \(option)-file exclude each other"))
            let none = await scheduler.chassis(words + [option + "-file", "none"])
            #expect(none.status == .usage && none.errors.contains("/tmp/none: no such file"), "\(none)")
            try LocalFile.replace(path, with: "{bad")
            let bad = await scheduler.chassis(words + [option + "-file", path])
            #expect(bad.status == .usage && bad.errors.contains("\(option)-file \(path) is no JSON"), "\(bad)")
        }
    }

    @Test(arguments: [["run", "--named", "w"], ["fork", "12"]])
    func sendsParamsThatStandInFiles(_ words: [String]) async throws {
        try await Self.play { scheduler, path async throws in
            let sent = await scheduler.chassis(words + ["--param", "a=1", "--param-file", "b=" + path])
            #expect(sent.status == .success, "\(sent)")
            // As a shell has what a program prints: without the end of the last line.
            #expect(try await Submissions.of(scheduler)["raw_params"] == ["a": "1", "b": .string(Self.long.text())])
            let twice = await scheduler.chassis(words + ["--param", "b=1", "--param-file", "b=" + path])
            #expect(twice.status == .usage && twice.errors.contains("param 'b' is given twice"))
            let empty = await scheduler.chassis(words + ["--param-file", "b="])
            #expect(empty.status == .usage && empty.errors.contains("--param-file b= is empty; name a file"))
            let inputs = await scheduler.chassis(words + ["--param-file", "a=-", "--param-file", "b=/dev/stdin"])
            #expect(inputs.status == .usage && inputs.errors.contains("reads standard input once"), "\(inputs)")
        }
    }

    /// A text is no JSON for who may want another one of these.
    @Test func wantsTextsInQuotesWhereTheyMustBeJSON() async throws {
        try await Self.play { scheduler, _ async throws in
            let plain = await scheduler.chassis("mark", "12", "a", "--reason", "r", "--output", "done")
            #expect(plain.status == .usage && plain.errors.contains("put a text in quotes, as '\"done\"'"), "\(plain)")
            #expect(await scheduler.chassis("mark", "12", "a", "--reason", "r").status == .success)
            #expect(try await Submissions.of(scheduler)["output"] == .null)
            #expect(await scheduler.chassis("fork", "12", "--at", "a:t0001", "--result", "done").status == .success)
            #expect(try await Submissions.of(scheduler)["result"] == "done")
        }
    }
}

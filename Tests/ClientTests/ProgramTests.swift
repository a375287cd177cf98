import Glibc
import JobModel
import TestSupport
import Testing

@testable import Client

/// The whole command against a scheduler over real HTTP.
@Suite(.timeLimit(.minutes(5))) struct ProgramTests {
    private func withScheduler(_ body: (FakeScheduler) async throws -> Void) async throws {
        let scheduler = await FakeScheduler.start()
        try await body(scheduler)
        await scheduler.process.killAndWait()
    }

    private func withWorkflow(_ body: (String) async throws -> Void) async throws {
        let directory = try FileSystem.makeTemporaryDirectory("/tmp/chassis-test-")
        let path = directory + "/w.yaml"
        try LocalFile.replace(path, with: "name: w\njobs:\n  a:\n    command: [\"true\"]\n")
        try await body(path)
        unlink(path)
        rmdir(directory)
    }

    @Test func listsAndShows() async throws {
        try await withScheduler { scheduler in
            #expect(await scheduler.chassis("runs").output.contains("12  churn-report v3  ✓ succeeded"))
            #expect(await !scheduler.chassis("runs", "--state", "failed").output.contains("succeeded"))
            #expect(await scheduler.chassis("show", "12").output.contains("paid 3 model calls"))
            #expect(await scheduler.chassis("workers").output.contains("✓ live"))
            #expect(await scheduler.chassis("queue").output.contains("default"))
            let json = try JSONValue(parsing: await scheduler.chassis("show", "12", "--json").output)
            let fixture = try Fixture.runJSON
            #expect(json == fixture)
        }
    }

    @Test func endsWithTheStatusThatTheManualPromises() async throws {
        try await withScheduler { scheduler in
            try await withWorkflow { file in
                #expect(await scheduler.chassis("--help").status == .success)
                #expect(await scheduler.chassis("bogus").status == .usage)
                #expect(await scheduler.chassis("runs", "--limit", "0").status == .usage)
                #expect(await scheduler.chassis("show", "x").status == .usage)
                #expect(await scheduler.chassis("show", "99").status == .conflict)
                #expect(await scheduler.chassis("cancel", "15").status == .conflict)
                #expect(await scheduler.chassis("cancel", "14").status == .success)
                #expect(await scheduler.chassis("retry", "13", "--repeat-unknown").status == .success)
                #expect(await scheduler.chassis("output", "12").status == .success)
                #expect(await scheduler.chassis("output", "13").status == .unsuccessful)
                #expect(await scheduler.chassis("output", "99").status == .conflict)
                #expect(await scheduler.chassis("logs", "13", "--follow").status == .unsuccessful)
                #expect(await scheduler.chassis("runs", token: nil).status == .unreachable)
                #expect(await scheduler.chassis("runs", "--address", "http://127.0.0.1:1").status == .unreachable)
                #expect(await scheduler.chassis("run", "/nonexistent.yaml").status == .usage)
                #expect(await scheduler.chassis("run", file, "--param", "segment=moon").status == .refused)
                #expect(await scheduler.chassis("run", file, "--param", "x").status == .usage)
                #expect(await scheduler.chassis("run", file).status == .success)
            }
        }
    }

    @Test func saysWhatIsWrongInOneLine() async throws {
        try await withScheduler { scheduler in
            #expect(await scheduler.chassis("show", "99").errors == "chassis: there is no run 99 [run_not_found]\n")
            #expect(
                await scheduler.chassis("runs", token: "bad").errors.contains(
                    "[unauthorized]; give it with --token-file"
                )
            )
            let away = await scheduler.chassis("runs", "--address", "http://127.0.0.1:1").errors
            #expect(away.hasPrefix("chassis: no scheduler answers at http://127.0.0.1:1"))
            #expect(away.split(separator: "\n").count == 1)
            try await withWorkflow { file in
                let errors = await scheduler.chassis("run", file, "--param", "segment=fault").errors
                #expect(errors == "\(file):2:3: jobs.a: is wrong; write it right\n")
            }
        }
    }

    @Test func neverSendsControlCharactersToTheTerminal() async throws {
        try await withScheduler { scheduler in
            for arguments in [
                ["logs", "12"], ["logs", "12", "--json"], ["output", "12"], ["output", "12", "--json"],
            ] {
                let output = await scheduler.chassis(arguments[0], arguments[1], arguments.last ?? "").output
                #expect(
                    !output.unicodeScalars.contains {
                        $0.value < 0x20 && $0 != "\n" || (0x7F...0x9F).contains($0.value)
                    }
                )
            }
            #expect(await scheduler.chassis("logs", "12").output.contains("analyze.2 │ evil \\x1b]0;title\\x07 text"))
        }
    }

    @Test func writesOneJSONObjectForEachLogLine() async throws {
        try await withScheduler { scheduler in
            let lines = await scheduler.chassis("logs", "12", "--json").output.split(separator: "\n")
            let numbers = try lines.map { try JSONValue(parsing: String($0)).number("number") }
            #expect(numbers == [5, 6])
            #expect(
                await scheduler.chassis("logs", "12", "--job", "extract", "--json").output.split(separator: "\n").count
                    == 1
            )
        }
    }

    @Test func sendsTheParamsAndTheKey() async throws {
        try await withScheduler { scheduler in
            try await withWorkflow { file in
                _ = await scheduler.chassis("run", file, "--param", "a=1", "--param", "b=x=y", "--idempotency-key", "k")
                let submitted = try await Submissions.of(scheduler)
                #expect(submitted["raw_params"] == ["a": "1", "b": "x=y"])
                #expect(submitted["idempotency_key"] == "k")
                #expect(submitted["file"]?.stringValue == file)
            }
        }
    }

    /// Those that lead in circles would name a file again and again, and never end.
    @Test func goesIntoNoLinksBelowADirectory() async throws {
        let screen = Terminal(bufferOf: nil)
        let nobody = Invocation(environment: [:], directory: "/tmp", output: screen, errors: screen)
        let folder = try FileSystem.makeTemporaryDirectory("/tmp/chassis-test-")
        let names = ["w.yaml", "linked.yml", "current", "again", "d.yaml"].map { folder + "/" + $0 }
        defer {
            for name in names { unlink(name) }
            rmdir(folder)
        }
        try LocalFile.replace(names[0], with: "name: w\njobs:\n  a:\n    command: [\"true\"]\n")
        symlink("w.yaml", names[1])
        for (target, link) in zip([".", ".", "."], names[2...]) { symlink(target, link) }
        let found = try WorkflowSource.paths(named: [folder], nobody)
        #expect(found == [names[1], names[0]])
        // What is named is gone into, even where it is a link.
        let named = try WorkflowSource.paths(named: [names[2]], nobody)
        #expect(named == [names[2] + "/linked.yml", names[2] + "/w.yaml"])
    }

    @Test func followsARunToItsEnd() async throws {
        try await withScheduler { scheduler in
            try await withWorkflow { file in
                let plain = await scheduler.chassis("run", file, "--follow")
                #expect(plain.status == .success)
                #expect(plain.output.contains("run 14  queued\n"))
                #expect(plain.output.contains("extract  running  attempt 1 on worker-1 (pid 4211 on build-3)\n"))
                #expect(plain.output.contains("paid 3 model calls"))
                #expect(plain.output.contains("go on with: chassis show 14"))
                #expect(!plain.output.contains("\u{1B}"))
                let live = await scheduler.chassis("run", file, "--follow", width: 80)
                #expect(live.output.contains("\u{1B}["))
                let json = await scheduler.chassis("run", file, "--follow", "--json")
                let answer = try JSONValue(parsing: json.output)
                #expect(answer.text("state") == "succeeded")
            }
        }
    }

    /// How the run ended is one thing, and what can be shown of it another.
    @Test(arguments: ["large", "broken", "torn"])
    func aRunWhoseOutputCannotBeShownHasSucceeded(_ workflow: String) async throws {
        try await withScheduler { scheduler in
            let said = await scheduler.chassis("run", workflow, "--named", "--follow")
            #expect(said.status == .success, "\(said)")
            #expect(said.errors.contains("the output cannot be shown: "), "\(said)")
            #expect(said.errors.contains("chassis output 14 --job NAME"), "\(said)")
            #expect(said.output.contains("go on with: chassis show 14"), "\(said)")
        }
    }

    @Test func waitsForASchedulerThatIsAwayForAMoment() async throws {
        let directory = try FileSystem.makeTemporaryDirectory("/tmp/chassis-test-")
        let outage = directory + "/outage"
        let scheduler = await FakeScheduler.start(outage: outage)
        try LocalFile.replace(outage, with: "")
        let errors = Terminal(bufferOf: nil)
        let api = PatientAPI(
            api: SchedulerAPI(try Endpoint(address: scheduler.address, token: "good")),
            errors: errors,
            clock: ContinuousClock()
        )
        let answer = try await api.ask { api in
            // The first try finds the outage, the second does not.
            do { return try await api.run(RunID(rawValue: 12)) } catch {
                unlink(outage)
                throw error
            }
        }
        #expect(answer.number("id") == 12)
        #expect(errors.written.contains("does not answer; asking again for up to 30s\nthe scheduler answers again\n"))
        await scheduler.process.killAndWait()
        rmdir(directory)
    }

    /// What its files do to each other is checked too, in text and as JSON, and before anything is sent.
    @Test func checksAFolder() async throws {
        let nobody = FakeScheduler(process: ChildProcess(["true"]), address: "http://127.0.0.1:1")
        let folder = try FileSystem.makeTemporaryDirectory("/tmp/chassis-test-")
        for (name, hears, tells) in [("a", "y", "x"), ("b", "x", "y")] {
            try LocalFile.replace(
                "\(folder)/\(name).yaml",
                with: "name: \(name)\ntriggers: [{asset: \(hears)}]\njobs: {j: {command: [x], produces: [\(tells)]}}\n"
            )
        }
        let refused = await nobody.chassis("validate", folder)
        #expect(refused.status == .refused)
        #expect(refused.output == "✓ \(folder)/a.yaml: a, 1 job: j\n✓ \(folder)/b.yaml: b, 1 job: j\n")
        #expect(refused.errors.contains("a produces x, which starts b; b produces y, which starts a"))
        #expect(refused.errors.hasPrefix("\(folder)/a.yaml:2:1: triggers: "))
        let json = try JSONValue(parsing: await nobody.chassis("validate", folder, "--json").output)
        #expect(json.list("files").map { $0.text("workflow") } == ["a", "b"])
        #expect(json.list("faults").map { $0.text("file") } == ["\(folder)/a.yaml"])
        #expect(await nobody.chassis("deploy", folder).status == .refused)
        let one = await nobody.chassis("validate", "\(folder)/a.yaml", "\(folder)/a.yaml")
        #expect(one.status == .success)
        for name in ["a", "b"] { unlink("\(folder)/\(name).yaml") }
        #expect(await nobody.chassis("validate", folder).status == .usage)
        rmdir(folder)
        _ = await nobody.process.ended()
    }

    @Test func checksAFileWithoutAnyScheduler() async throws {
        let nobody = FakeScheduler(process: ChildProcess(["true"]), address: "http://127.0.0.1:1")
        try await withWorkflow { file in
            #expect(await nobody.chassis("validate", file).output == "✓ \(file): w, 1 job: a\n")
            #expect(await nobody.chassis("validate", file, "--json").output == #"{"workflow":"w","jobs":["a"]}"# + "\n")
            try LocalFile.replace(file, with: "name: w\njobs:\n  a:\n    comand: [\"true\"]\n")
            let refused = await nobody.chassis("validate", file)
            #expect(refused.status == .refused)
            #expect(refused.errors.hasPrefix("\(file):4:5: "))
            #expect(await nobody.chassis("run", file).status == .refused)
            let json = await nobody.chassis("validate", file, "--json")
            #expect(json.status == .refused)
            let faults = try JSONValue(parsing: json.output).list("faults")
            #expect(faults.first?.number("line") == 4)
        }
        _ = await nobody.process.ended()
    }
}

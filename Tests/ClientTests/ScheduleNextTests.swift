import Glibc
import JobModel
import Testing

@testable import Client

/// `schedule next` and `deploy`, without a scheduler.
@Suite struct ScheduleNextTests {
    private func chassis(_ arguments: String...) async -> (status: CommandStatus, output: String, errors: String) {
        let (output, errors) = (Terminal(bufferOf: nil), Terminal(bufferOf: nil))
        let environment = ["CHASSIS_ADDRESS": "http://127.0.0.1:1", "CHASSIS_TOKEN": "t"]
        let invocation = Invocation(environment: environment, directory: "/tmp", output: output, errors: errors)
        let status = await Program.run(arguments, invocation)
        return (status, output.written, errors.written)
    }

    private func withFile(_ text: String, _ body: (String) async throws -> Void) async throws {
        let directory = try FileSystem.makeTemporaryDirectory("/tmp/chassis-test-")
        try LocalFile.replace(directory + "/w.yaml", with: text)
        try await body(directory)
        unlink(directory + "/w.yaml")
        rmdir(directory)
    }

    @Test func writesAnArrayForOneExpression() async throws {
        let answer = await chassis(
            "schedule",
            "next",
            "--cron",
            "30 2 * * *",
            "--timezone",
            "Europe/Berlin",
            "--from",
            "2026-03-28T00:00:00Z",
            "-n",
            "2",
            "--json"
        )
        #expect(answer.status == .success)
        let times = try JSONValue(parsing: answer.output)
        #expect(times == ["2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00"], "\(answer)")
    }

    @Test func showsEachScheduleOfAFile() async throws {
        let text =
            "name: w\ntriggers: [{cron: '@daily'}, {every: 90m, end: 2026-01-01T01:00}]\njobs: {a: {command: [x]}}\n"
        try await withFile(text) { directory in
            let file = directory + "/w.yaml"
            let answer = await chassis("schedule", "next", file, "--from", "2025-12-31T22:00:00Z", "-n", "2", "--json")
            let times = try JSONValue(parsing: answer.output)
            #expect(
                times == [
                    "cron": ["2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00"],
                    "every": ["2025-12-31T22:30:00+00:00", "2026-01-01T00:00:00+00:00"],
                ]
            )
            let shown = await chassis("schedule", "next", file, "--from", "2026-01-01T02:00:00Z", "-n", "1").output
            #expect(
                shown.contains("cron  @daily  UTC\n2026-01-02T00:00:00+00:00") && shown.contains("not due any more")
            )
        }
    }

    @Test(arguments: [
        (["--cron", "0 0 31 2 *"], "never comes"), (["--cron", "* * *"], "five fields"),
        (["--cron", "@daily", "--timezone", "Europe/Berln"], "did you mean Europe/Berlin?"),
        (["--cron", "@daily", "--from", "noon"], "is no time"), (["--cron", "@daily", "-n", "0"], "1 to 10000"),
        ([], "name a workflow file"),
    ])
    func refusesWhatMakesNoSense(_ arguments: [String], _ reason: String) async throws {
        let (output, errors) = (Terminal(bufferOf: nil), Terminal(bufferOf: nil))
        let invocation = Invocation(environment: [:], directory: "/tmp", output: output, errors: errors)
        #expect(await Program.run(["schedule", "next"] + arguments, invocation) == .usage)
        #expect(errors.written.contains(reason), "\(errors.written)")
    }

    @Test func sendsNothingWhileAFileIsWrong() async throws {
        try await withFile("name: w\ntriggers: [{cron: x}]\njobs: {}\n") { directory in
            let answer = await chassis("deploy", directory)
            #expect(answer.status == .refused)
            #expect(
                answer.errors.contains("w.yaml:2:19: triggers[0].cron") && answer.errors.contains("there is no job")
            )
        }
        try await withFile("name: w\njobs: {a: {command: [x]}}\n") { directory in
            #expect(await chassis("deploy", directory).status == .unreachable)
            #expect(await chassis("deploy", directory + "/none").status == .usage)
        }
    }
}

import Glibc
import Settings
import TestSupport
import Testing

/// Bad files, settings and command lines, given to the real programs: one clear line, a status that is not 0, nothing
/// half done, and neither a hang nor memory without bound (see `Call`).
@Suite struct BadInputTests {
    /// Where programs are asked to read a file.
    enum Reader: String, CaseIterable, Sendable {
        case validate, run, schedulerSettings, workerSettings, connections

        func call(_ file: String) async -> Call {
            switch self {
            case .validate: await Call.of("chassis", ["validate", file])
            case .run: await Call.of("chassis", ["run", file, "--address", "http://127.0.0.1:1"])
            case .schedulerSettings: await Call.of("chassis-scheduler", ["--config", file])
            case .workerSettings: await Call.of("chassis-worker", ["--config", file])
            case .connections:
                await Call.of("chassis-worker", ["--connections", file, "--postgres", "host=/", "--store", "/none"])
            }
        }

        func status(of file: BadFile) -> Int32 {
            switch self {
            case .validate, .run: file.isReadable ? 3 : 2
            case .schedulerSettings, .workerSettings, .connections: 2
            }
        }
    }

    @Test(.timeLimit(.minutes(5)), arguments: BadFile.all, Reader.allCases)
    func saysWhatIsWrongWithAFile(_ file: BadFile, _ reader: Reader) async {
        let folder = Folder()
        defer { folder.remove() }
        file.make(folder.path + "/file.yaml")
        let call = await reader.call(folder.path + "/file.yaml")
        #expect(call.isRefusal(reader.status(of: file), file.says), "\(call)")
    }

    @Test(.timeLimit(.minutes(5))) func readsFromAPipeThatSomebodyWritesTo() async {
        let folder = Folder()
        defer { folder.remove() }
        let file = folder.file("file.yaml", "name: x\njobs: {a: {command: [echo]}}\n")
        let call = await Call.of("chassis", ["validate", "/dev/stdin"], script: "cat \(file) | \"$@\"")
        #expect(call.ending == .exited(0), "\(call)")
    }

    @Test(arguments: [
        (["chassis-scheduler"], SchedulerSettings.help.map(\.key)),
        (["chassis-worker", "run"], WorkerSettings.help.map(\.key)),
    ])
    func everySettingIsAFlag(_ command: [String], _ keys: [String]) async {
        let help = await Call.of(command[0], command.dropFirst() + ["--help"])
        #expect(help.ending == .exited(0) && keys.count > 10)
        for key in keys { #expect(help.lines.contains { $0.contains("--\(key) <") }, "\(key)") }
    }

    static let connections: [(entry: String, says: String)] = [
        ("kind: nothing", "1:25: kind must be one of openai, openai-responses, anthropic, gemini, bedrock"),
        ("kind: openai", "of kind openai to https://api.openai.com/v1 needs key, key_env or key_file"),
        ("kind: anthropic, url: https://api.anthropic.com/v1", "needs key, key_env or key_file"),
        ("kind: gemini, key_env: CHASSIS_TEST_NOT_SET, url: http://x", "variable CHASSIS_TEST_NOT_SET is not set"),
        ("kind: anthropic, key: x, region: y", "unknown key region; known are kind, url"),
        ("kind: azure-openai, url: http://x/, key: k", "needs api_version, such as api_version: 2024-10-21"),
        ("kind: azure-openai, key: k, api_version: 1", "needs url, url_env or url_file"),
        ("kind: bedrock, region: a b, key: k", "needs region, such as region: eu-central-1"),
        ("kind: bedrock, region: r, access_key_id: AKIA", "needs secret_access_key, secret_access_key_env"),
        ("kind: bedrock, region: r, profile: nobody-at-all", "needs access_key_id and secret_access_key"),
        ("kind: openai, url: http://x/, limits: 5", "limits is a mapping"),
        ("kind: openai, url: http://x/, limits: {concurrent: 0}", "concurrent must be a whole number, 1 to"),
        ("kind: postgres, url_env: CHASSIS_TEST_NOT_SET", "the environment variable CHASSIS_TEST_NOT_SET is not set"),
        ("kind: postgres, url_file: /nonexistent/url", "/nonexistent/url: no such file or directory; check the path"),
        ("kind: http, url: ftp://x/", "1:36: the url must begin with http:// or https:// and a host"),
        ("kind: http, url: http://x/, timeout: 3", "unknown key timeout; known are kind, url"),
        ("kind: http, url: http://x/, allow_private: maybe", "allow_private is true or false"),
        ("kind: http, url: http://x/, headers: {X: \"a\\r\\nY: b\"}", "X holds a line break"),
        (
            "kind: openai, url: http://x/, prices: {m: {input: -1, output: 2}}",
            "input must be dollars for a million tokens"
        ),
    ]

    @Test(.timeLimit(.minutes(5)), arguments: connections)
    func saysWhatIsWrongWithAConnection(_ entry: String, _ says: String) async {
        let folder = Folder()
        defer { folder.remove() }
        let file = folder.file("file.yaml", "connections: {c: {\(entry)}}\n")
        let call = await Reader.connections.call(file)
        #expect(call.isRefusal(2, ["setting connections: \(folder.path)/file.yaml:1:", says]), "\(call)")
    }

    static let commandLines: [(program: String, arguments: [String], says: String)] = [
        ("chassis-scheduler", ["--log-level", "loud"], "setting log-level: must be one of trace, debug, info,"),
        ("chassis-scheduler", ["--listen", "8420"], "setting listen: must be HOST:PORT, such as 127.0.0.1:8420"),
        ("chassis-worker", ["--slots", "0"], "setting slots: must be a whole number from 1 to 10000, got \"0\""),
        ("chassis-worker", ["--lease", "5"], "setting lease: must be a length of time with its unit, such as"),
        (
            "chassis-worker", ["--programs", "/nonexistent"],
            "setting programs: /nonexistent: no such file or directory"
        ),
        (
            "chassis-worker", ["--name", String(repeating: "n", count: 300)],
            "setting name: has 300 characters, the most is 200"
        ),
    ]

    @Test(.timeLimit(.minutes(5)), arguments: commandLines)
    func saysWhatIsWrongWithASetting(_ program: String, _ arguments: [String], _ says: String) async {
        let call = await Call.of(program, ["--postgres", "host=/", "--store", "/none"] + arguments)
        #expect(call.isRefusal(2, [says]), "\(call)")
    }

    @Test(.timeLimit(.minutes(5)), arguments: ["chassis-scheduler", "chassis-worker"])
    func saysAllThatIsWrongWithTheSettingsAtOnce(_ program: String) async {
        let folder = Folder()
        defer { folder.remove() }
        let call = await Call.of(program, ["--config", folder.file("s.yaml", "slotz: 3\npostgress: x\n")])
        #expect(call.ending == .exited(2))
        #expect(
            call.lines.map { $0.split(separator: ":")[0] } == [
                "setting postgres", "setting store", "setting postgress", "setting slotz",
            ],
            "\(call)"
        )
    }

    @Test(.timeLimit(.minutes(5)), arguments: ["chassis", "chassis-scheduler", "chassis-worker"])
    func endsWithTwoForACommandLineItDoesNotKnow(_ program: String) async {
        let unknown = await Call.of(program, ["--bogus"])
        #expect(unknown.ending == .exited(2))
        #expect(unknown.lines.first == "Error: Unknown option '--bogus'", "\(unknown)")
        let notText = await Call.of(program, [], script: #""$@" "$(printf 'a\377')""#)
        #expect(notText.isRefusal(2, ["argument 1 is not UTF-8 text: a\u{FFFD}; write it as UTF-8"]), "\(notText)")
    }

    static let calls: [(arguments: [String], says: String)] = [
        (["validate", ""], "the name of the workflow file is empty"),
        (
            ["runs", "--token-file", "/dev/null"],
            "/dev/null: the file holds no token; 'chassis token create' makes one"
        ),
        (["runs", "--address", "ftp://x"], "the address is not one of a scheduler: 'ftp://x'; it looks like http://"),
    ]

    @Test(.timeLimit(.minutes(5)), arguments: calls)
    func saysWhatIsWrongWithACall(_ arguments: [String], _ says: String) async {
        let call = await Call.of("chassis", arguments)
        #expect(call.isRefusal(2, ["chassis: " + says]), "\(call)")
    }

    /// What becomes of the output is known by the status alone: half of it must not pass for all.
    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            (#""$@" >/dev/full"#, 2, "standard output cannot be written: no space left on device"),
            (#""$@" >&-"#, 2, "standard output cannot be written: bad file descriptor"),
            (#""$@" >&- 2>&-"#, 2, nil),
            // A pipe whose reader is gone for certain.
            (#"exec 3<>$P 4>$P 3<&-; "$@" >&4"#, 141, nil),
        ]
    )
    func endsWithAStatusWhenItsOutputIsLost(_ script: String, _ status: Int32, _ says: String?) async {
        let folder = Folder()
        defer { folder.remove() }
        let file = folder.file("file.yaml", "name: x\njobs: {a: {command: [echo]}}\n")
        mkfifo(folder.path + "/pipe", 0o644)
        let call = await Call.of("chassis", ["validate", file], script: script, adding: ["P": folder.path + "/pipe"])
        #expect(call.ending == .exited(status), "\(call)")
        #expect(call.lines.count == (says == nil ? 0 : 1))
        if let says { #expect(call.lines.first?.contains(says) == true, "\(call)") }
    }

    /// What answers is a web server of somebody else.
    @Test(.timeLimit(.minutes(5))) func saysThatNoSchedulerAnswers() async {
        let server = ChildProcess(["python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "-d", "/none"])
        let line = await server.line { $0.contains("port ") } ?? ""
        let port = line.split(separator: "port ").last.map { String($0.prefix { $0.isNumber }) } ?? ""
        let call = await Call.of("chassis", ["runs", "--address", "http://127.0.0.1:\(port)"])
        await server.killAndWait()
        #expect(call.isRefusal(4, ["is no chassis scheduler: HTTP status 404; check --address"]), "\(call)")
    }
}

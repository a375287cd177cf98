import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// What a program leaves in `$CHASSIS_OUTPUT`, prints, and leaves in `$CHASSIS_ARTIFACTS`, by real workers and programs.
@Suite(.serialized) struct ProgramOutputTests {
    enum Expectation: Sendable {
        case output(JSONValue)
        /// An output in the store, of so many bytes.
        case large(Int)
        /// Failed with this code, and words of the message.
        case failure(String, String)
    }

    /// Shell scripts, what else their jobs say, and what comes of them.
    static let outputs: [(name: String, script: String, more: String, expected: Expectation)] = [
        ("file", #"echo '{"a": 1}' > $CHASSIS_OUTPUT; echo '{"b": 2}'"#, "", .output(["a": 1])),
        ("file-and-text", "echo 5 > $CHASSIS_OUTPUT; echo said", ", output: text", .output(5)),
        ("last-line", #"echo working; echo '{"b": 2}'"#, "", .output(["b": 2])),
        ("blank-behind", #"echo '{"b": 2}'; echo; echo"#, "", .output(["b": 2])),
        ("no-end-of-line", #"printf 'working\n[1]'"#, "", .output([1])),
        (
            "deep", #"python3 -c 'print("[" * 65 + "]" * 65)'"#, "",
            .output(.string(String(repeating: "[", count: 65) + String(repeating: "]", count: 65)))
        ),
        ("to-errors", #"echo '{"b": 2}'; echo done >&2"#, "", .output(["b": 2])),
        ("nothing", "true", "", .output("")),
        ("nothing-as-json", "true", ", output: json", .failure("output-invalid", "the last line it printed is")),
        ("nothing-as-lines", "true", ", output: lines", .output([])),
        ("empty-file", ": > $CHASSIS_OUTPUT; echo 7", "", .output(7)),
        ("file-of-blanks", "echo > $CHASSIS_OUTPUT", "", .failure("output-invalid", "the file $CHASSIS_OUTPUT holds")),
        ("no-json", "echo '{' > $CHASSIS_OUTPUT; echo 7", "", .failure("output-invalid", "$CHASSIS_OUTPUT holds")),
        ("two-values", "echo 1 2 > $CHASSIS_OUTPUT", "", .failure("output-invalid", "$CHASSIS_OUTPUT holds")),
        ("no-utf8", #"printf '"\377"' > $CHASSIS_OUTPUT"#, "", .failure("output-invalid", "$CHASSIS_OUTPUT holds")),
        (
            "largest", #"{ printf '"'; head -c 4194302 /dev/zero | tr '\0' x; printf '"'; } > $CHASSIS_OUTPUT"#, "",
            .large(4_194_304)
        ),
        (
            "too-large", "head -c 4194305 /dev/zero | tr '\\0' 1 > $CHASSIS_OUTPUT", "",
            .failure("output-invalid", "is larger than 4194304 bytes")
        ),
        (
            "endless", "truncate -s 1T $CHASSIS_OUTPUT", "",
            .failure("output-invalid", "is larger than 4194304 bytes")
        ),
        (
            "too-much-said", "head -c 2097152 /dev/zero | tr '\\0' x; echo; echo 7", "",
            .failure("output-invalid", "write large outputs to $CHASSIS_OUTPUT")
        ),
        (
            "much-said-and-file", "head -c 2097152 /dev/zero | tr '\\0' x; echo; echo 7 > $CHASSIS_OUTPUT", "",
            .output(7)
        ),
        ("directory", "mkdir $CHASSIS_OUTPUT; echo 7", "", .failure("output-invalid", "$CHASSIS_OUTPUT is no file")),
        ("pipe", "mkfifo $CHASSIS_OUTPUT; echo 7", "", .failure("output-invalid", "$CHASSIS_OUTPUT is no file")),
        (
            "socket", "python3 -c 'import os, socket as s; s.socket(s.AF_UNIX).bind(os.environ[\"CHASSIS_OUTPUT\"])'",
            "", .failure("output-invalid", "$CHASSIS_OUTPUT is no file")
        ),
        (
            "link", "echo 1 > there; ln -s there $CHASSIS_OUTPUT; echo 7", "",
            .failure("output-invalid", "$CHASSIS_OUTPUT is no file")
        ),
        (
            "link-out", "ln -s /etc/hostname $CHASSIS_OUTPUT; echo 7", "",
            .failure("output-invalid", "$CHASSIS_OUTPUT is no file")
        ),
        (
            "link-to-nothing", "ln -s nowhere $CHASSIS_OUTPUT; echo 7", "",
            .failure("output-invalid", "$CHASSIS_OUTPUT is no file")
        ),
        ("fails", "echo 5 > $CHASSIS_OUTPUT; exit 3", ", retry: none", .failure("command-failed", "3")),
        // What an attempt that was killed has written is not there for the next one.
        (
            "killed-in-writing",
            "echo $CHASSIS_ATTEMPT; test $CHASSIS_ATTEMPT = 2 || { printf '[1, 2' > $CHASSIS_OUTPUT; kill -9 $$; }", "",
            .output(2)
        ),
        (
            "killed-behind-it", "test $CHASSIS_ATTEMPT = 2 || { echo 1 > $CHASSIS_OUTPUT; kill -9 $$; }", "",
            .output("")
        ),
    ]

    /// What the round before has left is not there, as what an attempt before has left is not.
    @Test(.timeLimit(.minutes(5))) func eachRoundBeginsWithNothing() async throws {
        let fleet = try await Fleet.make(turns: 1)
        let script = "test $ROUND = 1 && echo 3 > $CHASSIS_OUTPUT || { test -e left || echo 9; }; touch left"
        let source = """
            name: rounds
            jobs:
              work:
                repeat: {until: output == 9, at_most: 3}
                command: {run: [sh, -c, "\(script)"], env: {ROUND: "${{ round }}"}}
            """
        let run = try await fleet.submit("rounds", source, [.init(name: "work", kind: "command")])
        let worker = fleet.worker("only")
        #expect(try await fleet.end(of: run) == "succeeded")
        let steps = try await fleet.number(
            "SELECT count(*) AS n FROM chassis.step JOIN chassis.job USING (job_id) WHERE run_id = $1::bigint",
            of: run
        )
        #expect(steps == 2)
        await worker.killAndWait()
        await fleet.close()
    }

    @Test(.timeLimit(.minutes(5))) func takesTheOutputThatAProgramLeaves() async throws {
        let fleet = try await Fleet.make(turns: 1)
        var source = "name: outputs\njobs:"
        for (name, script, more, _) in Self.outputs {
            let retry = more.contains("retry: none") ? "retry: {attempts: 1}" : "retry: {attempts: 2, delay: 20ms}"
            let options = more.replacing(", retry: none", with: "")
            let text = JSONValue.string(script).text()
            source += """

                  \(name):
                    may_fail: true
                    \(retry)
                    command: {run: [sh, -c, \(text)]\(options)}
                """
        }
        let run = try await fleet.submit(
            "outputs",
            source,
            Self.outputs.map { .init(name: $0.name, kind: "command", isDecisive: false) }
        )
        let worker = fleet.worker("only")
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        let outputs = try await RunStore(fleet.pool).outputs(of: run)
        for (name, _, _, expected) in Self.outputs {
            let row = try await fleet.pool.query(
                """
                SELECT done.error ->> 'code' AS code, done.error ->> 'message' AS message
                FROM chassis.done JOIN chassis.job USING (job_id) WHERE name = $1::text
                """,
                [.text(name)]
            ).rows[0]
            let code = try row.optionalString("code")
            let message = try row.optionalString("message") ?? ""
            switch expected {
            case .output(let value):
                #expect(code == nil, "\(name): \(message)")
                #expect(outputs[name] == .inline(value), "\(name)")
            case .large(let size):
                guard case .blob(let blob) = outputs[name] else {
                    Issue.record("\(name): \(message)")
                    continue
                }
                #expect(blob.byteCount == size, "\(name)")
            case .failure(let expectedCode, let words):
                #expect(code == expectedCode && message.contains(words), "\(name): \(code ?? "no error") \(message)")
            }
        }
        await worker.killAndWait()
        await fleet.close()
    }

    static let artifacts: [(name: String, script: String, kept: [String], says: String)] = [
        (
            "files", "cd $CHASSIS_ARTIFACTS; mkdir -p a/b; echo 1 > a/b/c; echo 2 > 'two words'; : > empty",
            ["a/b/c", "empty", "two words"], ""
        ),
        ("nothing", "true", [], ""),
        ("no-folder", "rmdir $CHASSIS_ARTIFACTS", [], ""),
        // What lies elsewhere is none of its artifacts.
        (
            "links", "cd $CHASSIS_ARTIFACTS; echo 1 > one; ln -s /etc/passwd; ln -s /etc; ln -s one two; mkfifo pipe",
            ["one"], "etc, passwd, pipe, two"
        ),
        // A program's own dotfiles, and what it has put too deep, do not spoil what it has made.
        (
            "dotfiles",
            "cd $CHASSIS_ARTIFACTS; echo 1 > one; echo 2 > .gitignore; mkdir -p .cache/a b; echo 3 > .cache/a/c; : > b/.x",
            ["one"],
            #"not kept as artifacts: ".cache" names no artifact: a part begins with a dot; ".gitignore" names no artifact: "#
                + #"a part begins with a dot; "b/.x" names no artifact"#
        ),
        (
            "too-deep",
            "cd $CHASSIS_ARTIFACTS; mkdir -p $(seq -s / 16); echo 1 > $(seq -s / 15)/file; echo 2 > $(seq -s / 16)/deep",
            ["1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/file"], "it has more than 16 parts"
        ),
        (
            "control-character", #"cd $CHASSIS_ARTIFACTS; echo 1 > one; touch "$(printf 'a\tb')""#, ["one"],
            "it holds a control character"
        ),
        (
            "folder-elsewhere",
            "rmdir $CHASSIS_ARTIFACTS; mkdir there; echo 1 > there/one; ln -s $PWD/there $CHASSIS_ARTIFACTS", [],
            "$CHASSIS_ARTIFACTS is no directory any more"
        ),
        (
            "no-directory", "rmdir $CHASSIS_ARTIFACTS; echo 1 > $CHASSIS_ARTIFACTS", [],
            "$CHASSIS_ARTIFACTS is no directory any more"
        ),
        ("too-many", "cd $CHASSIS_ARTIFACTS; seq 1001 | xargs touch", [], "more than 1000 artifacts"),
        ("no-utf8", #"cd $CHASSIS_ARTIFACTS; touch $(printf 'a\377')"#, [], "is not UTF-8"),
        (
            "killed",
            "echo $CHASSIS_ATTEMPT > $CHASSIS_ARTIFACTS/of-$CHASSIS_ATTEMPT; test $CHASSIS_ATTEMPT = 2 || kill -9 $$",
            ["of-2"], ""
        ),
    ]

    @Test(.timeLimit(.minutes(5))) func keepsTheFilesThatAProgramLeaves() async throws {
        let fleet = try await Fleet.make(turns: 1)
        let source = Self.artifacts.reduce("name: artifacts\njobs:") { source, job in
            source + """

                  \(job.name):
                    may_fail: true
                    retry: {attempts: 2, delay: 20ms}
                    command: [sh, -c, \(JSONValue.string(job.script).text())]
                """
        }
        let run = try await fleet.submit(
            "artifacts",
            source,
            Self.artifacts.map { .init(name: $0.name, kind: "command", isDecisive: false) }
        )
        let worker = fleet.worker("only")
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        for (name, _, kept, says) in Self.artifacts {
            let row = try await fleet.pool.query(
                """
                SELECT job_id::text AS job, coalesce(done.error ->> 'message', '')
                    || (SELECT coalesce(string_agg(line, E'\\n'), '') FROM chassis.log WHERE log.job_id = job.job_id) AS said
                FROM chassis.done JOIN chassis.job USING (job_id) WHERE name = $1::text
                """,
                [.text(name)]
            ).rows[0]
            let folder = "\(fleet.directory)/store/runs/\(run)/\(try row.string("job"))/artifacts"
            let found = ChildProcess(["sh", "-c", "cd \(folder) && find . -mindepth 2 -type f -printf '%P\\n' | sort"])
            _ = await found.line { _ in false }
            let names = found.output.split(separator: "\n").filter { !$0.hasPrefix("sh: ") }
            #expect(names.map { $0.split(separator: "/").dropFirst().joined(separator: "/") } == kept, "\(name)")
            let said = try row.string("said")
            #expect(said.contains(says) || says.isEmpty, "\(name): \(said)")
        }
        await worker.killAndWait()
        await fleet.close()
    }
}

import Glibc
import TestSupport
import Testing
import Tools

@Suite(.timeLimit(.minutes(3))) struct ProgramRunnerTests {
    /// How long programs sleep, by which this process finds its own.
    private static let mark = "\(getpid())471100"

    private let scratch = Scratch()
    private let runner = ProgramRunner()

    private func shell(_ script: String, _ change: (inout Program) -> Void = { _ in }) -> Program {
        var program = Program(arguments: ["sh", "-c", script], scratchDirectory: scratch.path)
        program.limits.grace = .milliseconds(200)
        change(&program)
        return program
    }

    /// Each of its processes stays below the limit, all of them together do not.
    @Test func holdsTheMemoryOfAllProcessesTogether() async throws {
        let hog = "python3 -c 'import time; b = bytearray(40 << 20); time.sleep(60)'"
        let program = shell("\(hog) & \(hog) & \(hog) & wait") { $0.limits.totalMemoryBytes = 80 << 20 }
        guard case .exceeded(let what) = try await runner.run(program).ending else {
            Issue.record("it should have been ended")
            return
        }
        #expect(what.contains("its processes together took") && what.contains("more than \(80 << 20)"), "\(what)")
        #expect(
            try await runner.run(
                shell("\(hog.replacing("sleep(60)", with: "sleep(0.3)"))") { $0.limits.totalMemoryBytes = 80 << 20 }
            ).ending == .exited(0)
        )
    }

    /// The kernel does not hold root to a number of processes; the guard does.
    @Test(.enabled(if: getuid() == 0)) func holdsRootToANumberOfProcesses() async throws {
        let program = shell("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 60 & done; wait") {
            $0.limits.processes = 10
        }
        guard case .exceeded(let what) = try await runner.run(program).ending else {
            Issue.record("it should have been ended")
            return
        }
        #expect(what.contains("processes and threads, more than 10"), "\(what)")
    }

    @Test func passesOnStatusOutputAndTheEndOfStandardError() async throws {
        let result = try await runner.run(shell("echo out; echo err >&2; exit 7"))
        #expect(result.ending == .exited(7))
        #expect(result.output == "out\n")
        #expect(result.errorOutput == "err\n")
        #expect(!result.succeeded)
    }

    @Test func tellsASignalFromAStatus() async throws {
        #expect(try await runner.run(shell("kill -SEGV $$")).ending == .signalled(SIGSEGV))
    }

    @Test(arguments: [0, 7] as [Int32])
    func aProgramThatLeftProcessesBehindWasStartedAllTheSame(status: Int32) async throws {
        scratch.write("guard", "#!/bin/sh\necho 'left behind: some processes' >&0\nexit \(status)\n")
        let lines = Lines()
        let runner = ProgramRunner(guardPath: scratch.path + "/guard")
        #expect(try await runner.run(shell("true"), onLine: lines.sink).ending == .exited(status))
        #expect(lines.all.map(\.text) == ["left behind: some processes"])
    }

    /// What is to become the program waits at a named pipe whose writer, the worker, has gone.
    @Test func aProgramWhoseInputNobodyWritesIsEndedWithItsLifeline() async throws {
        let input = scratch.path + "/input"
        #expect(mkfifo(input, 0o600) == 0)
        let clock = ManualClock()
        let runner = ProgramRunner(clock: clock)
        let program = shell("true") {
            $0.inputFile = input
            $0.limits.time = .seconds(60)
        }
        async let result = runner.run(program)
        while ProcessTree.processes(marked: input).count < 2 { await Task.yield() }
        await clock.pass(.seconds(60))
        #expect(try await result.ending == .timedOut(after: .seconds(60)))
        #expect(ProcessTree.processes(marked: input).isEmpty)
    }

    @Test func aProgramWhoseInputNobodyWritesIsEndedByASignal() async throws {
        let input = scratch.path + "/input"
        #expect(mkfifo(input, 0o600) == 0)
        let program = shell("true") { $0.inputFile = input }
        async let result = runner.run(program)
        while ProcessTree.processes(marked: input).count < 2 { await Task.yield() }
        // The guard and what it has forked, which takes no signals yet.
        for process in ProcessTree.processes(marked: input) { kill(process, SIGTERM) }
        #expect(try await result.ending == .signalled(SIGKILL))
        #expect(ProcessTree.processes(marked: input).isEmpty)
    }

    @Test func handsArgumentsOverWithoutAShell() async throws {
        var program = shell("")
        program.arguments = ["printf", "%s|", "$(id)", "; rm -rf /", "a b", "*"]
        #expect(try await runner.run(program).output == "$(id)|; rm -rf /|a b|*|")
    }

    @Test func inheritsNothingFromTheWorker() async throws {
        setenv("CHASSIS_TEST_SECRET", "s3cret", 1)
        let program = shell("") {
            $0.arguments = ["env"]
            $0.environment = ["LANG": "de_DE.UTF-8", "GIVEN": "1"]
        }
        let names = try await runner.run(program).output.split(separator: "\n").map(String.init).sorted()
        #expect(
            names == [
                "GIVEN=1", "HOME=\(scratch.path)", "LANG=de_DE.UTF-8", "PATH=/usr/local/bin:/usr/bin:/bin",
                "TMPDIR=\(scratch.path)",
            ]
        )
    }

    @Test func inheritsNoDescriptor() async throws {
        // 0, 1, 2 and the directory that ls reads.
        #expect(try await runner.run(shell("ls /proc/self/fd | wc -l")).output == "4\n")
    }

    @Test func inheritsNoIgnoredSignal() async throws {
        signal(SIGUSR1, SIG_IGN)
        #expect(try await runner.run(shell("kill -USR1 $$; echo ignored")).ending == .signalled(SIGUSR1))
    }

    @Test func startsInTheScratchDirectoryAndReadsNothing() async throws {
        #expect(try await runner.run(shell("pwd; cat")).output == "\(scratch.path)\n")
    }

    @Test func readsTheInputFile() async throws {
        scratch.write("input", "from a file")
        let program = shell("cat") { $0.inputFile = "\(scratch.path)/input" }
        #expect(try await runner.run(program).output == "from a file")
    }

    @Test(arguments: [
        (["no-such-program"], "exec: No such file or directory"),
        (["/etc/passwd"], "exec: Permission denied"),
    ]) func saysWhyAProgramWasNotStarted(arguments: [String], reason: String) async throws {
        let result = try await runner.run(shell("") { $0.arguments = arguments })
        #expect(result.ending == .notStarted(reason: reason))
    }

    @Test func saysThatTheWorkingDirectoryIsMissing() async throws {
        let result = try await runner.run(shell("true") { $0.workingDirectory = "/no/such/place" })
        #expect(
            result.ending == .notStarted(reason: "the working directory /no/such/place cannot be entered")
        )
    }

    @Test func saysThatTheGuardIsMissing() async throws {
        await #expect(throws: ToolsError.guardMissing(path: "/no/guard")) {
            try await ProgramRunner(guardPath: "/no/guard").run(shell("true"))
        }
    }

    @Test func keepsTheHeadOfAFloodAndLetsTheProgramGoOn() async throws {
        let lines = Lines()
        let program = shell("yes 0123456789 | head -c 20000000; echo done >&2") {
            $0.limits.outputBytes = 100
            $0.limits.loggedBytes = 22
        }
        let result = try await runner.run(program, onLine: lines.sink)
        #expect(result.ending == .exited(0))
        #expect(result.output.utf8.count == 100)
        #expect(result.droppedOutputBytes == 20_000_000 - 100)
        #expect(result.errorOutput == "done\n")
        #expect(
            lines.all.filter { $0.stream == .output }.map(\.text)
                == ["0123456789", "0123456789", "[what comes after the first 22 bytes is not logged]"]
        )
    }

    @Test func keepsTheEndOfALongStandardError() async throws {
        let program = shell("yes x | head -c 100000 >&2; printf THE-REASON >&2; exit 1") {
            $0.limits.errorOutputBytes = 10
        }
        #expect(try await runner.run(program).errorOutput == "THE-REASON")
    }

    @Test func endsAProgramWhoseTimeIsOver() async throws {
        let program = shell("trap '' TERM; echo begun; sleep \(Self.mark)1; sleep \(Self.mark)1") {
            $0.limits.time = .seconds(300)
        }
        let result = try await runOutOfTime(program)
        #expect(result.ending == .timedOut(after: .seconds(300)))
        #expect(result.output == "begun\n")
        #expect(ProcessTree.processes(marked: "\(Self.mark)1").isEmpty)
    }

    @Test func cancellationEndsTheWholeTreeStraysIncluded() async throws {
        let lines = Lines()
        let sleep = "sleep \(Self.mark)2"
        let program = shell("setsid sh -c 'trap \"\" TERM; \(sleep); \(sleep)' & echo up; \(sleep)")
        let work = Task { try await runner.run(program, onLine: lines.sink) }
        #expect(await lines.next()?.text == "up")
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
        #expect(ProcessTree.processes(marked: "\(Self.mark)2").isEmpty)
    }

    @Test func aProgramThatStopsOnTermMaySayItsLastWords() async throws {
        let program = shell("trap 'echo cleaned; exit 0' TERM; echo up; while :; do sleep 0.01; done") {
            $0.limits.time = .seconds(300)
            $0.limits.grace = .seconds(20)
        }
        #expect(try await runOutOfTime(program).output == "up\ncleaned\n")
    }

    /// Runs a program whose time is over when it has said something.
    private func runOutOfTime(_ program: Program) async throws -> ProgramResult {
        let (clock, lines) = (ManualClock(), Lines())
        async let result = ProgramRunner(clock: clock).run(program, onLine: lines.sink)
        _ = await lines.next()
        await clock.pass(program.limits.time)
        return try await result
    }

    @Test func whatAProgramLeavesRunningGoesWithIt() async throws {
        let result = try await runner.run(shell("setsid sleep \(Self.mark)3 & (sleep \(Self.mark)3 &) ; echo gone"))
        #expect(result.ending == .exited(0))
        #expect(ProcessTree.processes(marked: "\(Self.mark)3").isEmpty)
    }

    @Test func killingTheWorkerLeavesNoProcess() async throws {
        // A stand-in for the worker: it holds the other end of the guard's lifeline, and is killed by SIGKILL.
        let program = shell(
            """
            sleep \(Self.mark)4 | "$0" --grace-ms 100 -- sh -c 'setsid sleep \(Self.mark)5 & echo ready; sleep \(Self.mark)5' &
            wait
            """
        )
        var worker = program
        worker.arguments.append(Self.guardPath)
        let lines = Lines()
        let work = Task { [worker] in try await runner.run(worker, onLine: lines.sink) }
        #expect(await lines.next()?.text == "ready")
        // Either may be a shell still, which has not become the program yet.
        for mark in ["sleep\u{0}\(Self.mark)4", "sleep\u{0}\(Self.mark)5"] {
            while ProcessTree.processes(marked: mark).isEmpty { await Task.yield() }
        }
        for process in ProcessTree.processes(marked: "sleep\u{0}\(Self.mark)4") { kill(process, SIGKILL) }
        await ProcessTree.noneIsLeft(marked: "sleep\u{0}\(Self.mark)5")
        work.cancel()
        _ = await work.result
    }

    @Test func killingTheGuardKillsTheProgram() async throws {
        let lines = Lines()
        let work = Task { try await runner.run(shell("echo $PPID; exec sleep \(Self.mark)6"), onLine: lines.sink) }
        let guardProcess = try #require(pid_t(await lines.next()?.text ?? ""))
        kill(guardProcess, SIGKILL)
        #expect(try await work.value.ending == .signalled(SIGKILL))
        await ProcessTree.noneIsLeft(marked: "\(Self.mark)6")
    }

    @Test func limitsMemoryFilesAndProcessorTime() async throws {
        let hungry = shell("") {
            $0.arguments = ["python3", "-c", "x = bytearray(1 << 30)"]
            $0.limits.memoryBytes = 300 << 20
        }
        let result = try await runner.run(hungry)
        #expect(result.ending == .exited(1))
        #expect(result.errorOutput.contains("MemoryError"))

        let limited = shell("ulimit -n; ulimit -c; ulimit -t") {
            $0.limits.openFiles = 33
            $0.limits.processorTime = .seconds(3)
        }
        #expect(try await runner.run(limited).output == "33\n0\n3\n")

        let large = shell("head -c 100000 /dev/zero > big") { $0.limits.fileBytes = 1000 }
        #expect(try await !runner.run(large).succeeded)
        #expect(try await runner.run(shell("wc -c < big")).output == "1000\n")
    }

    @Test func aSpinningProgramRunsOutOfProcessorTime() async throws {
        let program = shell("while :; do :; done") { $0.limits.processorTime = .seconds(1) }
        #expect(try await runner.run(program).ending == .signalled(SIGXCPU))
    }

    @Test func runsManyAtOnce() async throws {
        try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<32 {
                group.addTask { try await runner.run(shell("echo \(number)")).output }
            }
            var seen = Set<String>()
            for try await output in group { seen.insert(output) }
            #expect(seen.count == 32)
        }
    }

    private static var guardPath: String {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &bytes, bytes.count)
        let path = bytes.prefix(count).map { UInt8(bitPattern: $0) }
        return String(decoding: path[...(path.lastIndex(of: UInt8(ascii: "/")) ?? 0)], as: UTF8.self) + "chassis-guard"
    }
}

import ArgumentParser
import Glibc

/// Reads inputs made by chance with the parsers that read what others write.
@main struct FuzzCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chassis-fuzz",
        abstract: "Reads inputs made by chance with the parsers that read what others write.",
        discussion: "It is started in the project's folder, by Tests/Fuzz/run."
    )

    @Option(help: "How long, in minutes of the processor, over all parsers together.") var minutes = 1.0
    @Option(help: "What all inputs follow from.") var seed: UInt64?
    @Option(help: "Names of parsers, with commas between them; by default all.") var only: String?
    @Option(help: "Reads the inputs of the corpus and this file, and makes none.") var input: String?
    @Option(help: "The processor's time for one input, in seconds.") var limit = 5
    @Option(help: "The time of the clock for one input, in seconds, for parsers that wait.") var wall = 60
    @Option(help: "The memory for one parser, in MiB; 0 for no limit, which sanitizers need.") var memory = 768
    @Option(
        help:
            "The memory that one parser may hold, in MiB, as seen from outside, also under sanitizers; 0 for no limit."
    )
    var resident = 0
    @Option(help: "The stack, in KiB; sanitizers need more.") var stack = 1024
    @Option(help: "Where failing inputs are put.") var keep = ".build/fuzz"
    @Flag(help: "Lists the parsers.") var list = false
    @Option(help: .hidden) var slot: String?
    @Option(help: .hidden) var seconds = 1

    private var limits: Limits { Limits(seconds: limit, wallSeconds: wall, memory: memory, stack: stack) }

    mutating func run() async throws {
        if list { return print(FuzzTarget.all.map(\.name).joined(separator: "\n")) }
        let names = only?.split(separator: ",").map(String.init)
        // What makes trouble on purpose has to be asked for.
        let targets = (FuzzTarget.all + [.hungry]).filter { target in
            names?.contains(target.name) ?? (target.name != FuzzTarget.hungry.name)
        }
        guard !targets.isEmpty, targets.count == names?.count ?? targets.count else {
            throw ValidationError("known are \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
        }
        if let slot { return try await play(targets[0], Slot(slot)) }
        let seed = seed ?? UInt64.random(in: 0...UInt64.max >> 1)
        let seconds = max(1, Int(minutes * 60) / targets.count)
        print("seed \(seed)")
        limits.limitStacks()
        var failures = 0
        for target in targets where !watch(target, seed: seed, seconds: seconds) { failures += 1 }
        print("parsers=\(targets.count) failed=\(failures)")
        if failures > 0 { throw ExitCode.failure }
    }

    // MARK: The process that reads

    private func play(_ target: FuzzTarget, _ slot: Slot) async throws {
        let player = Player(target: target, slot: slot, limits: limits)
        if let input {
            limits.limitMemory()
            _ = try await player.read(ProjectFile.read(input) ?? [])
        } else {
            let corpus = ProjectFile.list("Tests/Fuzz/Corpus/\(target.name)").compactMap(ProjectFile.read)
            try await player.play(seed: seed ?? 0, seconds: seconds, corpus: corpus)
        }
    }

    // MARK: The process that watches

    /// Whether a parser read all that it was given.
    private func watch(_ target: FuzzTarget, seed: UInt64, seconds: Int) -> Bool {
        mkdir(keep, 0o755)
        let slot = Slot("\(keep)/\(target.name).slot")
        slot.count = 0
        slot.slowest = 0
        slot.outcomes = 0
        let began = ContinuousClock.now
        let player = process(
            target,
            slot,
            ["--seed", "\(seed)", "--seconds", "\(seconds)"] + (input.map { ["--input", $0] } ?? [])
        )
        let took = (ContinuousClock.now - began).components.seconds
        print(
            "\(target.name): \(slot.count) inputs, \(slot.outcomes) outcomes, the slowest took "
                + "\(slot.slowest / 1000) ms, \(took) s in all"
        )
        fflush(nil)
        guard case .failed(let how) = player.ending else { return true }
        let failing = slot.input
        let fails = { (candidate: [UInt8]) in
            ProjectFile.write(candidate, to: "\(keep)/candidate")
            return process(target, Slot("\(keep)/candidate.slot"), ["--input", "\(keep)/candidate"]).ending != .passed
        }
        let isRepeatable = fails(failing)
        var minimizer = Minimizer(fails: fails)
        // Each try of an input that waits would take its whole time.
        let isMinimized = isRepeatable && player.ending != .blocked
        let smallest = isMinimized ? minimizer.minimized(failing) : failing
        let path = "\(keep)/\(target.name)-\(seed)-\(slot.count)"
        ProjectFile.write(smallest, to: path)
        print("\(target.name) FAILED: \(how); an input of \(smallest.count) bytes, of \(failing.count), is in \(path)")
        let lines = player.output.split(whereSeparator: \.isNewline)
        print(lines.prefix(12).map { "    \($0)" }.joined(separator: "\n"))
        if !isRepeatable { print("alone, this input does not fail: what failed came before or after it") }
        print("mend it, and keep the input: mv \(path) Tests/Fuzz/Corpus/\(target.name)/")
        return false
    }

    private func process(_ target: FuzzTarget, _ slot: Slot, _ arguments: [String]) -> PlayerProcess {
        PlayerProcess(
            [
                "--only", target.name, "--slot", slot.path, "--limit", "\(limit)", "--wall", "\(wall)", "--memory",
                "\(memory)",
            ] + arguments,
            environment: Self.environment + ["SWIFT_BACKTRACE=enable=no"],
            resident: resident
        )
    }

    private static var environment: [String] {
        var variables: [String] = []
        var entry = environ
        while let text = entry.pointee {
            let variable = String(cString: text)
            if !variable.hasPrefix("SWIFT_BACKTRACE=") { variables.append(variable) }
            entry += 1
        }
        return variables
    }
}

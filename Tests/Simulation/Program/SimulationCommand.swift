import ArgumentParser
import Glibc
import Simulation

/// Runs histories of a fleet in virtual time, each of which follows from its seed.
@main struct SimulationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chassis-simulation",
        abstract: "Runs histories of a fleet in virtual time, each of which follows from its seed."
    )

    @Option(help: "How many histories.") var histories = 10_000
    @Option(help: "The seed of the first one; the others follow.") var seed: UInt64 = 1
    @Option(help: "What the model leaves out, to see that it is found out.") var weakness: Weakness?
    @Flag(help: "Prints the history of the first seed, step by step.") var trace = false

    func run() throws {
        let names = History.Names()
        if trace {
            let history = History(seed: seed, names: names, weakness: weakness, isTraced: true)
            let violations = history.run()
            for line in history.trace { print(line) }
            print(violations.isEmpty ? "all is well" : violations.joined(separator: "\n"))
            return
        }
        let began = ContinuousClock.now
        var (failed, done) = (0, 0)
        for seed in seed..<seed + UInt64(histories) {
            let violations = History(seed: seed, names: names, weakness: weakness).run()
            done += 1
            guard !violations.isEmpty else { continue }
            failed += 1
            print("seed \(seed): \(violations.joined(separator: "; "))")
            fflush(nil)
            if failed >= 10 || weakness != nil { break }
        }
        let took = (ContinuousClock.now - began) / .seconds(1)
        print("histories=\(done) failed=\(failed) seconds=\(Int(took)) an_hour=\(Int(Double(done) / took * 3600))")
        if failed > 0 { throw ExitCode.failure }
    }
}

extension Weakness: ExpressibleByArgument {}

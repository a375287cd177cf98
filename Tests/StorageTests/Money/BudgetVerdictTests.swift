import JobModel
import Storage
import TestSupport
import Testing

/// `Budget.room`, which the simulation decides by, against the statement that decides for workers.
///
/// Calls by chance under several budgets by chance, whose limits and modes change meanwhile.
@Suite(.timeLimit(.minutes(5))) struct BudgetVerdictTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func theDatabaseDecidesAsBudgetsDo(seed: UInt64) async throws {
        var scene = try await Scene.make(seed: seed)
        var verdicts: [Budget.Room: Int] = [:]
        for turn in 1...150 {
            switch Int.random(in: 0..<20, using: &scene.chances) {
            case 0: try await scene.change()
            case 1..<9 where !scene.open.isEmpty: try await scene.settle()
            default: verdicts[try await scene.reserve(turn), default: 0] += 1
            }
        }
        // Without these nothing worth it was compared.
        for room in [Budget.Room.granted, .wait] {
            #expect(verdicts[room, default: 0] > 0, "seed \(seed): \(verdicts)")
        }
        #expect(verdicts.keys.contains { $0 > .wait }, "seed \(seed): \(verdicts)")
        try await scene.compareBooks()
    }

    /// A run of a few jobs whose calls count in the budgets of its team, their connection, the run and each job.
    private struct Scene {
        /// A budget and what it has come to; the database looks at them in this order.
        private struct Line {
            let scope: Budget.Scope
            var budget: Budget
            var used = MicroDollars.zero
            var reserved = MicroDollars.zero
        }

        struct Call {
            let job: Int
            let position: String
            let amount: MicroDollars?
            /// The budgets that it counts in.
            var places: [Int] { [0, 1, 2, 3 + job] }
        }

        private let seed: UInt64
        private let money: MoneyFixture
        private let run: RunID
        private let jobs: [ClaimedJob]
        private let bounds: [PaidCall.Bounds]
        private var lines: [Line]
        var chances: SeededGenerator
        /// The calls under way.
        private(set) var open: [Call] = []

        static func make(seed: UInt64) async throws -> Scene {
            var chances = SeededGenerator(seed: seed)
            let money = try await MoneyFixture.make()
            let names = (0..<3).map { "j\($0)" }
            let run = try await money.fixture.runs.submit(
                .init(
                    workflow: "w",
                    source: "s",
                    team: "growth",
                    params: [:],
                    jobs: names.map { .init(name: $0, kind: "llm") }
                )
            ).run
            let jobs = try await money.fixture.claim(names.count).sorted { $0.id < $1.id }
            let lines = ([.team, .connection, .run] + names.map { _ in .job })
                .map { Line(scope: $0, budget: budget(&chances)) }
            let bounds = names.indices.map { PaidCall.Bounds(run: lines[2].budget, job: lines[3 + $0].budget) }
            let scene = Scene(
                seed: seed,
                money: money,
                run: run,
                jobs: jobs,
                bounds: bounds,
                lines: lines,
                chances: chances
            )
            for place in 0...1 { try await scene.set(place) }
            for (job, bounds) in zip(jobs, bounds) { try await money.money.found(bounds, of: run, job.id) }
            return scene
        }

        private static func budget(_ chances: inout SeededGenerator) -> Budget {
            let limit = MicroDollars(rawValue: Int64.random(in: 1000...20_000, using: &chances))
            return Budget(limit: limit, mode: Budget.Mode.allCases.randomElement(using: &chances) ?? .hard)
        }

        private func set(_ place: Int) async throws {
            let line = lines[place]
            let name = line.scope == .team ? "growth" : "c"
            try await money.money.set(line.budget, of: line.scope, name, per: .total)
        }

        /// Somebody sets another budget.
        mutating func change() async throws {
            let place = Int.random(in: 0...1, using: &chances)
            lines[place].budget = Self.budget(&chances)
            try await set(place)
        }

        /// A job wants to make a call; both say what they say to it.
        mutating func reserve(_ turn: Int) async throws -> Budget.Room {
            let isPriced = Int.random(in: 0..<40, using: &chances) > 0
            let amount = MicroDollars(rawValue: Int64.random(in: 0...900, using: &chances))
            let job = Int.random(in: jobs.indices, using: &chances)
            let call = Call(job: job, position: "t\(turn)", amount: isPriced ? amount : nil)
            // The first of those that say the most decides.
            var expected = Budget.Room.granted
            var decider: Line?
            for line in call.places.map({ lines[$0] }) {
                let room = line.budget.room(for: call.amount, used: line.used, reserved: line.reserved)
                if room > expected { (expected, decider) = (room, line) }
            }
            let verdict = try await money.reserve(
                jobs[job],
                call.amount?.rawValue,
                at: call.position,
                bounds: bounds[job]
            )
            let (room, found) = Self.read(verdict)
            #expect(room == expected, "seed \(seed), turn \(turn): \(verdict), of \(lines)")
            #expect(
                found?.scope == decider?.scope && found?.mode == decider?.budget.mode
                    && found?.limit == decider?.budget.limit && found?.used == decider?.used
                    && found?.reserved == decider?.reserved,
                "seed \(seed), turn \(turn): \(verdict), expected \(String(describing: decider))"
            )
            if expected == .granted {
                for place in call.places { lines[place].reserved = lines[place].reserved + (call.amount ?? .zero) }
                open.append(call)
            }
            return expected
        }

        private static func read(_ verdict: CallVerdict) -> (Budget.Room?, CallVerdict.Decider?) {
            switch verdict {
            case .granted: (.granted, nil)
            case .wait(let budget): (.wait, budget)
            case .held(let budget): (.held, budget)
            case .refused(let budget): (.refused, budget)
            case .unpriced(let budget): (.unpriced, budget)
            case .callsUsed: (nil, nil)
            }
        }

        /// A call under way comes to its end.
        mutating func settle() async throws {
            let call = open.remove(at: Int.random(in: open.indices, using: &chances))
            let amount = call.amount ?? .zero
            // Now and then a provider bills more than can be.
            let cost = Int64.random(in: 0...amount.rawValue + 50, using: &chances)
            let (settlement, used): (StepStore.Settlement, MicroDollars) =
                switch Int.random(in: 0..<4, using: &chances) {
                case 0: (.failed("refused"), .zero)
                case 1: (.unknown("cut"), amount)
                default: (MoneyFixture.paid(cost), MicroDollars(rawValue: cost))
                }
            let isUnknown = if case .unknown = settlement { true } else { false }
            try await money.settle(jobs[call.job], settlement, at: call.position, unknownCalls: isUnknown ? 1 : 0)
            for place in call.places {
                let line = lines[place]
                lines[place].reserved = MicroDollars(rawValue: line.reserved.rawValue - amount.rawValue)
                lines[place].used = line.used + used
            }
        }

        /// What the budgets have come to in the end.
        func compareBooks() async throws {
            let details = try await money.money.budgets() + money.money.budgets(of: run)
            #expect(details.count == lines.count)
            for detail in details {
                let place =
                    switch detail.scope {
                    case .team: 0
                    case .connection: 1
                    case .run: 2
                    case .job: 3 + (Int(detail.name.dropFirst()) ?? 0)
                    }
                let line = lines[place]
                #expect(
                    detail.paid + detail.unknown == line.used && detail.reserved == line.reserved,
                    "seed \(seed): \(detail), expected \(line)"
                )
            }
        }
    }
}

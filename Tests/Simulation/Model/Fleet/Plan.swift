import JobModel

/// What a history begins with: runs, their jobs and what these do, and budgets.
struct Plan: Sendable {
    private(set) var programs: [Program] = []
    private(set) var tables = Tables()
    private(set) var mostSlots = 6

    init(_ chances: Chances) {
        guard !chances.percent(4) else {
            crowd(chances)
            return
        }
        // One budget of the team, and one of some runs.
        let modes: [Budget.Mode] = [.hard, .soft, .hold, .hold]
        tables.budgets = [Self.budget(chances, modes)]
        for run in 0..<chances.draw(1...3) {
            var budgets = chances.percent(70) ? [0] : []
            if chances.percent(40) {
                budgets.append(tables.budgets.count)
                tables.budgets.append(Self.budget(chances, modes))
            }
            let jobs = chances.draw(1...3)
            tables.runs.append(RunRow(unfinished: jobs))
            for _ in 0..<jobs {
                let steps = (0..<chances.draw(1...4)).map { _ in Self.step(chances) }
                add(Program(run: run, steps: steps, budgets: budgets))
            }
        }
    }

    /// Many short jobs, and workers with many slots: turns are large, and two of them are under way.
    private mutating func crowd(_ chances: Chances) {
        mostSlots = 100
        let jobs = chances.draw(10...100)
        tables.runs = [RunRow(unfinished: jobs)]
        for _ in 0..<jobs { add(Program(run: 0, steps: [.plain], budgets: [])) }
    }

    private mutating func add(_ program: Program) {
        programs.append(program)
        tables.places += 1
        tables.jobs.append(JobRow(run: program.run, room: .ready(epoch: 0, place: tables.places)))
        tables.steps.append([])
    }

    private static func budget(_ chances: Chances, _ modes: [Budget.Mode]) -> BudgetRow {
        BudgetRow(limit: chances.draw(10...80), mode: chances.pick(modes))
    }

    private static func step(_ chances: Chances) -> Program.Step {
        switch chances.draw(0...99) {
        case ..<15: return .plain
        case ..<55:
            let most = chances.draw(1...20)
            return .paid(cost: chances.draw(1...most), most: most)
        case ..<65: return .tool(.idempotent, .ask)
        case ..<80: return .tool(.once, .ask)
        case ..<84: return .tool(.once, .fail)
        case ..<86: return .tool(.once, .retry)
        case ..<92: return .approval
        case ..<98: return .wait(chances.draw(10...3_000))
        default: return .broken
        }
    }
}

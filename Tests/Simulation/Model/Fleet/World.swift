/// What the processes of one history have in common.
final class World: @unchecked Sendable {
    // Unchecked: used on the one thread of a history.
    let time = VirtualTime()
    let chances: Chances
    let database: ModelDatabase
    let outside: Outside
    let bytes = JournalBytes()
    let names: StepNames
    let programs: [Program]
    /// How many slots a worker has at most.
    let mostSlots: Int
    /// The process of each session.
    var sessions: [Int: SimulatedProcess] = [:]
    /// Whether nobody looks for work any more: at last everything comes to rest, and shows whether it is all there.
    var isResting = false
    let trace: Trace

    init(chances: Chances, plan: Plan, names: StepNames, weakness: Weakness?, isTraced: Bool) {
        self.chances = chances
        self.names = names
        trace = Trace(time: time, isOn: isTraced)
        programs = plan.programs
        mostSlots = plan.mostSlots
        database = ModelDatabase(time: time, chances: chances, weakness: weakness, trace: trace)
        database.tables = plan.tables
        outside = Outside(database: database, budgets: plan.tables.budgets.count)
    }

    func note(_ text: () -> String) { trace.note(text) }
}

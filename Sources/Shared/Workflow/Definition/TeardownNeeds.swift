/// What teardowns wait for without saying so; jobs are known by their places.
///
/// A teardown waits for its setup and for all that is behind it: the work, and the teardowns of what was set up in
/// between. It does not wait for other teardowns of the same setup, nor for what is behind itself.
struct TeardownNeeds {
    /// What each job waits for besides what it says itself.
    private(set) var implied: [[Int]]
    /// The teardowns that come before what they take down, which can never be.
    private(set) var early: [Int] = []

    private let setups: [Int?]
    private let teardowns: [Int]

    /// - Parameters:
    ///   - needs: What each job says that it needs.
    ///   - setups: What each job takes down; nil for one that is no teardown.
    init(needs: [[Int]], setups: [Int?]) {
        self.setups = setups
        implied = Array(repeating: [], count: needs.count)
        teardowns = setups.indices.filter { setups[$0] != nil }
        guard !teardowns.isEmpty else { return }
        var said = [[Int]](repeating: [], count: needs.count)
        for (job, needs) in needs.enumerated() {
            for need in needs { said[need].append(job) }
        }
        let depths = waitForWork(said)
        waitForInnerTeardowns(said, outermostFirst: teardowns.sorted { (depths[$0], $0) < (depths[$1], $1) })
    }

    /// Has teardowns wait for what is behind their setups by what the file says.
    ///
    /// - Returns: For each teardown, of how many others the setup stands behind theirs.
    private mutating func waitForWork(_ said: [[Int]]) -> [Int] {
        var depths = [Int](repeating: 0, count: said.count)
        var outer = [Set<Int>](repeating: [], count: said.count)
        let behindSetups = teardowns.map { Self.behind(setups[$0], said) }
        for (teardown, isBehind) in zip(teardowns, behindSetups) {
            for other in teardowns where setups[other].map({ isBehind[$0] }) == true {
                depths[other] += 1
                outer[other].insert(teardown)
            }
        }
        for (teardown, isBehindSetup) in zip(teardowns, behindSetups) {
            guard let setup = setups[teardown] else { continue }
            let isKept = Self.behind(teardown, said)
            if isKept[setup] { early.append(teardown) }
            let work = said.indices.filter { job in
                isBehindSetup[job] && setups[job] != setup && !outer[teardown].contains(job)
            }
            implied[teardown] = ([setup] + work).filter { $0 != teardown && !isKept[$0] }
        }
        return depths
    }

    /// Has outer teardowns wait for inner ones and what is behind those, where that is not behind them already.
    private mutating func waitForInnerTeardowns(_ said: [[Int]], outermostFirst: [Int]) {
        var all = said
        for teardown in teardowns {
            for job in implied[teardown] { all[job].append(teardown) }
        }
        for teardown in outermostFirst where !early.contains(teardown) {
            guard let setup = setups[teardown] else { continue }
            var inner = said
            for other in teardowns {
                if let its = setups[other], its != setup { inner[its].append(other) }
            }
            let isBehindSetup = Self.behind(setup, inner)
            let isKept = Self.behind(teardown, all)
            let present = Set(implied[teardown])
            for job in said.indices where isBehindSetup[job] && setups[job] != setup && job != teardown {
                guard !isKept[job], !present.contains(job) else { continue }
                implied[teardown].append(job)
                all[job].append(teardown)
            }
        }
    }

    /// Which jobs can only start after one of them.
    private static func behind(_ job: Int?, _ dependents: [[Int]]) -> [Bool] {
        var isBehind = [Bool](repeating: false, count: dependents.count)
        var open = job.map { dependents[$0] } ?? []
        while let next = open.popLast() {
            guard !isBehind[next] else { continue }
            isBehind[next] = true
            open += dependents[next]
        }
        return isBehind
    }
}

/// Leaves out of inherited journals what stands behind the points where runs were forked.
enum ForkLimits {
    /// The steps that are left, in the order of the parts.
    ///
    /// A fork inherits parts that may themselves be inherited by forks. The limits of a part are listed in the order
    /// of the forks; so counted from the end, a place in the list belongs to the same fork in all parts that have it.
    static func steps(of parts: [(inherited: InheritedJournal, steps: [StepEntry])]) -> [StepEntry] {
        var steps = parts.map(\.steps)
        let deepest = parts.map(\.inherited.limits.count).max() ?? 0
        for depth in stride(from: deepest, to: 0, by: -1) {
            let scope = parts.indices.filter { parts[$0].inherited.limits.count >= depth }
            guard let first = scope.first else { continue }
            let limits = parts[first].inherited.limits
            let limit = limits[limits.count - depth]
            var hasPassedLimit = !scope.contains { steps[$0].contains { $0.position == limit } }
            // From the last step to the first: what stands before the last record of the limit was recorded by then.
            for part in scope.reversed() {
                steps[part] = steps[part].reversed().filter { step in
                    if step.position == limit { hasPassedLimit = true }
                    return step.position.isComparable(with: limit) ? step.position <= limit : hasPassedLimit
                }
                .reversed()
            }
        }
        return steps.flatMap { $0 }
    }
}

/// What changes from one text to another, line by line.
enum LineDifference {
    /// With more lines than this that differ, a text is not compared line by line: memory grows with their square.
    static let mostChanges = 2_000

    /// The lines of both texts in order, by Myers' algorithm.
    static func compare(
        _ first: [String],
        _ second: [String],
        mostChanges: Int = mostChanges
    ) -> [RunDifference.Line] {
        let head = zip(first, second).prefix { $0 == $1 }.count
        let tail = zip(first[head...].reversed(), second[head...].reversed()).prefix { $0 == $1 }.count
        let before = first[head..<first.count - tail]
        let after = second[head..<second.count - tail]
        let middle = changes(Array(before), Array(after), mostChanges) ?? [.replaced(before.count, by: after.count)]
        let same = (first[..<head], first[(first.count - tail)...])
        return same.0.map(RunDifference.Line.same) + middle + same.1.map(RunDifference.Line.same)
    }

    /// Nil where more than `most` lines are removed and added.
    private static func changes(_ first: [String], _ second: [String], _ most: Int) -> [RunDifference.Line]? {
        // Numbers in place of lines, which are compared again and again.
        var numbers: [String: Int] = [:]
        func number(_ line: String) -> Int {
            if let known = numbers[line] { return known }
            numbers[line] = numbers.count
            return numbers.count - 1
        }
        let (old, new) = (first.map(number), second.map(number))
        guard let rounds = rounds(old, new, most) else { return nil }
        var lines: [RunDifference.Line] = []
        var place = (old: old.count, new: new.count)
        for (changes, reach) in rounds.enumerated().reversed() {
            let diagonal = place.old - place.new
            let isAddition = diagonal == -changes || (diagonal != changes && reach[diagonal - 1] < reach[diagonal + 1])
            let origin = isAddition ? diagonal + 1 : diagonal - 1
            // Before the first change there are equal lines alone.
            let begin = changes == 0 ? 0 : reach[origin] + (isAddition ? 0 : 1)
            while place.old > begin, place.old > 0, place.new > 0 {
                place = (place.old - 1, place.new - 1)
                lines.append(.same(first[place.old]))
            }
            guard changes > 0 else { break }
            if isAddition {
                place.new -= 1
                lines.append(.added(second[place.new]))
            } else {
                place.old -= 1
                lines.append(.removed(first[place.old]))
            }
        }
        return lines.reversed()
    }

    /// How far each diagonal was reached before each number of changes, up to the one that reaches the end.
    private static func rounds(_ old: [Int], _ new: [Int], _ most: Int) -> [Reach]? {
        var rounds: [Reach] = []
        var reach = Reach(changes: 0)
        for changes in 0...min(most, old.count + new.count) {
            rounds.append(reach)
            var next = Reach(changes: changes + 1)
            for diagonal in stride(from: -changes, through: changes, by: 2) {
                let isAddition =
                    diagonal == -changes || (diagonal != changes && reach[diagonal - 1] < reach[diagonal + 1])
                var place = changes == 0 ? 0 : isAddition ? reach[diagonal + 1] : reach[diagonal - 1] + 1
                while place < old.count, place - diagonal < new.count, old[place] == new[place - diagonal] {
                    place += 1
                }
                next[diagonal] = place
                if place >= old.count, place - diagonal >= new.count { return rounds }
            }
            reach = next
        }
        return nil
    }

    /// The farthest place in the old text on each diagonal, that is difference of places.
    private struct Reach {
        private var places: [Int]
        private let middle: Int

        init(changes: Int) {
            middle = changes + 1
            places = [Int](repeating: -1, count: 2 * changes + 3)
        }

        subscript(diagonal: Int) -> Int {
            get { places[middle + diagonal] }
            set { places[middle + diagonal] = newValue }
        }
    }
}

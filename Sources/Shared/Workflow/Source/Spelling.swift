/// Finds what was probably meant by a misspelt word.
enum Spelling {
    /// The known word nearest to `word`, if it is near enough to be meant: a third of its letters may differ.
    static func nearest(to word: String, among known: [String]) -> String? {
        let letters = Array(word.unicodeScalars)
        guard letters.count <= 64 else { return nil }
        if let same = known.first(where: { $0.lowercased() == word.lowercased() }) { return same }
        var best: (word: String, distance: Int)?
        for candidate in known {
            let distance = distance(letters, Array(candidate.unicodeScalars))
            let allowed = max(1, min(letters.count, candidate.unicodeScalars.count) / 3)
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// The hint for a misspelt word, or a list of what there is.
    static func hint(for word: String, among known: [String]) -> String? {
        if let near = nearest(to: word, among: known) { return "did you mean \(near)?" }
        guard !known.isEmpty, known.count <= 30 else { return nil }
        return "known here: \(known.joined(separator: ", "))"
    }

    /// How many letters must be inserted, removed, replaced or swapped with their neighbour.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                var least = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    least = min(least, beforeLast[j - 1] + 1)
                }
                row.append(least)
            }
            (beforeLast, last) = (last, row)
        }
        return last[right.count]
    }
}

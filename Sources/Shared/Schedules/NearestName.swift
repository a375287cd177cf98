/// Finds the zone that was probably meant by a misspelt name.
enum NearestName {
    /// The nearest of the names; nil when none is near enough.
    static func of(_ word: String, among names: [String]) -> String? {
        let wanted = folded(word)
        guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
        let sorted = names.sorted()
        if let same = sorted.first(where: { folded($0) == wanted }) { return same }
        if let city = sorted.first(where: { folded($0.split(separator: "/").last ?? "") == wanted }) { return city }
        var best: (name: String, distance: Int)?
        for name in sorted {
            let letters = folded(name)
            let allowed = max(1, min(letters.count, wanted.count) / 3)
            guard abs(letters.count - wanted.count) <= allowed else { continue }
            let distance = distance(wanted, letters)
            if distance <= allowed, distance < best?.distance ?? .max { best = (name, distance) }
        }
        return best?.name
    }

    /// Lower case, and without what people write in many ways.
    private static func folded(_ text: some StringProtocol) -> [UInt8] {
        text.lowercased().utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "-") }
    }

    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                row.append(min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1)))
            }
            last = row
        }
        return last[right.count]
    }
}

import Schedules

/// Partitions as they are written on a command line: one by one, or as a range of days.
enum PartitionList {
    /// The most days of a range.
    static let maximumDays = 10_000
    private static let day = 86_400

    /// The partitions in their order; `2026-01-30..2026-02-01` are three.
    ///
    /// - Throws: `ClientError.usage` for a range that ends before it begins, or is too long.
    static func expand(_ texts: [String]) throws(ClientError) -> [String] {
        var partitions: [String] = []
        for text in texts {
            guard let dots = text.firstRange(of: ".."), let first = moment(text[..<dots.lowerBound]),
                let last = moment(text[dots.upperBound...])
            else {
                partitions.append(text)
                continue
            }
            guard first <= last else { throw .usage("the range \(text) ends before it begins") }
            guard (last - first) / day < maximumDays else {
                throw .usage("the range \(text) has more than \(maximumDays) days")
            }
            for start in stride(from: first, through: last, by: day) {
                partitions.append(String(Moment.text(start, in: .utc).prefix(10)))
            }
        }
        return partitions
    }

    private static func moment(_ text: Substring) -> Int? {
        text.utf8.count == 10 ? Moment.parse(String(text), in: .utc) : nil
    }
}

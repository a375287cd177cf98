extension ProgramLimitsDefinition {
    /// The keys of a mapping that says them.
    static let keys = ["memory", "total_memory", "processes", "open_files", "file_size", "cpu", "output"]
    private static let largest = 1 << 40

    /// Reads the limits of a program; what cannot be used is reported and left out.
    init(reading field: SourceField) {
        self.init()
        guard let mapping = field.mapping(KnownKeys(Self.keys)) else { return }
        self.init(reading: mapping)
    }

    /// Reads the limits of a program out of a mapping that may say more.
    init(reading mapping: SourceMapping) {
        self.init()
        memory = mapping["memory"]?.byteCount(in: 1 << 20...Self.largest)
        totalMemory = mapping["total_memory"]?.byteCount(in: 1 << 20...Self.largest)
        processes = mapping["processes"]?.integer(in: 1...100_000)
        openFiles = mapping["open_files"]?.integer(in: 4...100_000)
        fileSize = mapping["file_size"]?.byteCount(in: 0...Self.largest)
        processorTime = mapping["cpu"]?.duration(atLeast: .seconds(1))
        output = mapping["output"]?.byteCount(in: 1...64 << 20)
    }
}

extension SourceField {
    private static let units = [("B", 0), ("KiB", 10), ("MiB", 20), ("GiB", 30)]

    /// A whole number of bytes with its unit, such as `512MiB`.
    func byteCount(in range: ClosedRange<Int>) -> Int? {
        let hint = "write a whole number with its unit, such as 64KiB, 512MiB or 2GiB"
        guard let word = node.scalarText else { return expected("a number of bytes", hint: hint) }
        let digits = word.prefix { ("0"..."9").contains($0) }
        guard (1...9).contains(digits.count), let count = Int(digits),
            let unit = Self.units.first(where: { $0.0 == word.dropFirst(digits.count) })
        else { return expected("a number of bytes", hint: hint) }
        let bytes = count << unit.1
        guard range.contains(bytes) else {
            fault(
                "\(word) is out of range, allowed are \(Self.written(range.lowerBound)) to \(Self.written(range.upperBound))"
            )
            return nil
        }
        return bytes
    }

    private static func written(_ bytes: Int) -> String {
        let unit = units.last { bytes > 0 && bytes & ((1 << $0.1) - 1) == 0 } ?? units[0]
        return "\(bytes >> unit.1)\(unit.0)"
    }
}

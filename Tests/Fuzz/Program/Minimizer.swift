/// Makes a failing input smaller, as long as it fails.
struct Minimizer {
    /// The longest time that it looks for a smaller input.
    static let maximumTime = Duration.seconds(60)

    private let fails: ([UInt8]) -> Bool
    private let end = ContinuousClock.now + maximumTime

    init(fails: @escaping ([UInt8]) -> Bool) { self.fails = fails }

    /// The smallest input found: pieces are left out, large ones first.
    mutating func minimized(_ input: [UInt8]) -> [UInt8] {
        var input = input
        var length = max(1, input.count / 2)
        while true {
            var start = 0
            var isSmaller = false
            while start < input.count, ContinuousClock.now < end {
                let candidate = Array(input[..<start]) + input[min(input.count, start + length)...]
                if fails(candidate) {
                    input = candidate
                    isSmaller = true
                } else {
                    start += length
                }
            }
            guard ContinuousClock.now < end else { return input }
            if length == 1, !isSmaller { return input }
            length = max(1, isSmaller ? min(length, input.count / 2) : length / 2)
        }
    }
}

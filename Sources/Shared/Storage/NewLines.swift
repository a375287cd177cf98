/// Where the jobs of a new run stand in line: those that need nothing join the line of their queue and priority.
struct NewLines {
    /// What jobs have in common that stand in one line.
    struct Head: Hashable {
        var queue: String
        var priority: Int16
    }

    private(set) var heads: [Head] = []
    /// How many join each line.
    private(set) var counts: [Int64] = []
    /// The line of each job, counted from 1; 0 for jobs that need others first or are held.
    private(set) var lines: [Int64] = []
    /// How many join the line before each job.
    private(set) var numbers: [Int64] = []

    init(of jobs: [RunStore.NewJob]) {
        var places: [Head: Int] = [:]
        lines.reserveCapacity(jobs.count)
        numbers.reserveCapacity(jobs.count)
        for job in jobs {
            guard job.needs.isEmpty, !job.isHeld else {
                lines.append(0)
                numbers.append(0)
                continue
            }
            let head = Head(queue: job.queue, priority: job.priority)
            let place = places[head, default: heads.count]
            if place == heads.count {
                places[head] = place
                heads.append(head)
                counts.append(0)
            }
            lines.append(Int64(place + 1))
            numbers.append(counts[place])
            counts[place] += 1
        }
    }
}

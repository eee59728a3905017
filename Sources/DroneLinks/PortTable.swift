import Glibc

/// The links of one receiver: which are open, and when the others are tried again. Used by its thread alone.
struct PortTable: ~Copyable {
  /// A place for a port that may be open.
  private final class Place {
    let source: LinkSource
    var port: OpenPort?
    var retry = Retry()
    /// What was told last, not to be repeated with every attempt.
    var told: LinkFailure?
    init(_ source: LinkSource) { self.source = source }
  }

  /// Reads of one port before the others have their turn.
  private static let readsInTurn = 64
  private let places: [Place]
  private var waiting: [pollfd] = []

  init(_ sources: [LinkSource]) { places = sources.map(Place.init) }

  var droppedByKernel: UInt64 { places.reduce(0) { $0 + ($1.port?.droppedByKernel ?? 0) } }

  func openDue(at now: Int64, _ tell: (LinkEvent) -> Void) {
    for place in places where place.port == nil && place.retry.due <= now {
      do throws(LinkFailure) {
        place.port = try OpenPort(place.source.port)
        place.retry.opened(at: now)
        place.told = nil
        tell(.opened(link: place.source.link))
      } catch {
        Self.fail(place, error, at: now, tell)
      }
    }
  }

  /// Sleeps until there is something to read or to open.
  /// - Returns: Whether something can be read.
  mutating func wait(wakeUp: Int32, now: Int64) -> Bool {
    waiting = [pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0)]
    var next = now + Retry.longest
    for place in places {
      if place.port == nil { next = min(next, place.retry.due) }
      // A negative descriptor is passed over.
      waiting.append(pollfd(fd: place.port?.descriptor ?? -1, events: Int16(POLLIN), revents: 0))
    }
    let milliseconds = Int32(clamping: max(0, next - now) / 1_000_000 + 1)
    return poll(&waiting, nfds_t(waiting.count), milliseconds) > 0
  }

  func readAll(
    into buffer: UnsafeMutableRawBufferPointer, _ queue: LinkQueue, at now: Int64,
    _ tell: (LinkEvent) -> Void
  ) {
    for (place, state) in zip(places, waiting.dropFirst()) where state.revents != 0 {
      do throws(LinkFailure) {
        for _ in 0..<Self.readsInTurn {
          guard let count = try place.port?.read(into: buffer) else { break }
          queue.append(
            LinkBytes(link: place.source.link, bytes: Array(buffer.prefix(count)), arrived: now))
        }
      } catch {
        place.port = nil
        Self.fail(place, error, at: now, tell)
      }
    }
  }

  private static func fail(
    _ place: Place, _ failure: LinkFailure, at now: Int64, _ tell: (LinkEvent) -> Void
  ) {
    place.retry.failed(at: now)
    guard place.told != failure else { return }
    place.told = failure
    tell(.failed(link: place.source.link, failure))
  }
}

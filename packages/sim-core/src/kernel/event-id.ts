declare const eventId: unique symbol;

/**
 * A pending event, for cancelling or moving it. Stays safe to use after the event has run: the name
 * of a past event is never given to another.
 */
export type EventId = number & { readonly [eventId]: true };

/** The name of no event; cancelling it does nothing. */
export const NO_EVENT: EventId = 0 as EventId;

declare const handlerId: unique symbol;

/** A registered handler: what an event calls. */
export type HandlerId = number & { readonly [handlerId]: true };

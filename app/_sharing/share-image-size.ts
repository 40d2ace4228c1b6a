/** Width and height of the images of shared pages, in pixels; the shape that other sites cut them to. */
export const shareImageSize = { width: 1200, height: 630 } as const;

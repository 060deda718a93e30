/** From where surfaces are seen; two members beside one another are seen alike. */

import type { PerspectiveCamera } from "three";

const STEP = 0.12;
const NEAR = 2.2;
const FAR = 9;

export class Orbit {
  private azimuth = 0.5;
  private elevation = 0.6;
  private distance = 5.3;
  private readonly listeners: (() => void)[] = [];

  listen(listen: () => void): void {
    this.listeners.push(listen);
  }

  /** Turn by angles in radians. */
  turn(azimuth: number, elevation: number): void {
    this.azimuth += azimuth;
    this.elevation = Math.max(-1.5, Math.min(1.5, this.elevation + elevation));
    for (const listen of this.listeners) listen();
  }

  /** Come nearer by a factor below 1, or go away. */
  zoom(factor: number): void {
    this.distance = Math.max(NEAR, Math.min(FAR, this.distance * factor));
    for (const listen of this.listeners) listen();
  }

  /** Turn or zoom by a key; return whether it does so. */
  key(key: string): boolean {
    const turns: Record<string, readonly [number, number]> = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, STEP],
      ArrowDown: [0, -STEP],
    };
    if (key in turns) this.turn(...turns[key]);
    else if (key === "+" || key === "=") this.zoom(0.9);
    else if (key === "-") this.zoom(1 / 0.9);
    else return false;
    return true;
  }

  place(camera: PerspectiveCamera): void {
    const flat = this.distance * Math.cos(this.elevation);
    camera.position.set(
      flat * Math.sin(this.azimuth),
      this.distance * Math.sin(this.elevation),
      flat * Math.cos(this.azimuth),
    );
    camera.lookAt(0, 0, 0);
  }
}
